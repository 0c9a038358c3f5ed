"""Template filters of disputes."""
