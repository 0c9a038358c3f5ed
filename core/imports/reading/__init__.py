"""Reading a file from outside into plain rows of text. ``child`` is a program of its own, bound in memory and time."""
