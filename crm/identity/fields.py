"""A field of the match index."""

from django.db import models


class RowIdField(models.BigIntegerField):
    """A primary key of 64 bits that on SQLite *is* the table's row id, so that no second index repeats it.

    SQLite takes only the type called exactly ``integer`` for that; it holds 64 bits all the same.
    """

    def db_type(self, connection):
        """Return the column's type."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)
