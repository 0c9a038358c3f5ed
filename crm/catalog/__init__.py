"""Product families, product lines and products."""
