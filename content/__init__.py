"""Wagtail pages: home, standard, news, legal."""
