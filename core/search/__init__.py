"""One table of search terms, written by the saving services."""
