"""A text column compared byte by byte, so that prefix ranges use its index on every database."""

from django.db import models


class ByteOrderedCharField(models.CharField):
    """CharField whose collation is the plain byte order of the database at hand."""

    def db_parameters(self, connection):
        """Return the parameters with the vendor's byte-order collation."""
        parameters = super().db_parameters(connection)
        parameters["collation"] = {"postgresql": "C", "sqlite": "BINARY"}.get(connection.vendor)
        return parameters
