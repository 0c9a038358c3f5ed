"""Opportunities, stages and their lines."""
