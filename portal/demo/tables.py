"""Rows of a table as they are copied into it: the model's own defaults, and what is given."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from core.search.bulk import load_rows


class Table:
    """The rows to be of one model, as tuples in the order of its columns."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.fields = [field for field in model._meta.concrete_fields if not field.generated]
        self._at = {field.attname: at for at, field in enumerate(self.fields)}
        self._default = [self._prepared(field, getattr(model(), field.attname)) for field in self.fields]
        self.rows: list[Sequence[Any]] = []

    @staticmethod
    def _prepared(field: models.Field, value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    def add(self, **values: Any) -> None:
        """Add a row: values by column, as the database takes them (JSON as ``Jsonb``)."""
        row = self._default.copy()
        for name, value in values.items():
            row[self._at[name]] = value
        self.rows.append(row)

    def add_instance(self, instance: models.Model) -> None:
        """Add the row of an instance."""
        self.rows.append([self._prepared(field, getattr(instance, field.attname)) for field in self.fields])

    def load(self) -> None:
        """Copy the rows into the database and forget them."""
        load_rows(self.model, [field.name for field in self.fields], self.rows)
        self.rows = []


def without_indexes(tables: Iterable[str]) -> list[str]:
    """Take off the tables every index and constraint that is checked row by row; return how to put them back.

    PostgreSQL only. Primary keys go, too: building them over all rows is many times quicker than keeping them up.
    Foreign keys of other tables that rest on a key go with it. Put back in the order returned.
    """
    names = list(tables)
    back: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE (conrelid = ANY(%s::regclass[]) AND contype IN ('p', 'u', 'x', 'f')) "
            "OR (confrelid = ANY(%s::regclass[]) AND contype = 'f') "
            "ORDER BY position(contype::text in 'pxuf'), conname",
            [names, names],
        )
        constraints = cursor.fetchall()
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS "
            "(SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x')) "
            "ORDER BY 1",
            [names],
        )
        indexes = cursor.fetchall()
        for table, name, _kind, definition in constraints:
            back.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        keys = [statement for statement, row in zip(back, constraints, strict=True) if row[2] != "f"]
        foreign = [statement for statement, row in zip(back, constraints, strict=True) if row[2] == "f"]
        for table, name, _kind, _definition in reversed(constraints):
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    return keys + [definition for _name, definition in indexes] + foreign
