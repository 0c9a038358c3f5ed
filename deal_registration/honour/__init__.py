"""Honour: how the manufacturer keeps its word, in figures that every partner may read and that name nobody."""
