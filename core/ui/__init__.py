"""Components, template tags, list and form machinery shared by every page."""
