"""Inserting many small rows quickly: what loads of terms and keys need, the same on every database."""

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import connection
from django.db.models import Model

ROWS_AT_ONCE = 300


def insert_new(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence]) -> int:
    """Insert ``rows`` (values in the order of ``columns``) into ``model``'s table; those there already are left out.

    Plain text and numbers only: nothing of the fields' own conversions runs. Returns how many rows were given.
    """
    quote = connection.ops.quote_name
    names = ", ".join(quote(model._meta.get_field(name).column) for name in columns)
    one = f"({', '.join(['%s'] * len(columns))})"
    begin = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES "
    count = 0
    waiting = iter(rows)
    with connection.cursor() as cursor:
        while batch := list(islice(waiting, ROWS_AT_ONCE)):
            values = ", ".join([one] * len(batch))
            parameters = [value for row in batch for value in row]
            cursor.execute(f"{begin}{values} ON CONFLICT DO NOTHING", parameters)
            count += len(batch)
    return count


def load_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Put rows that are surely new into the table, the fastest way the database has. One there already fails."""
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(quote(model._meta.get_field(name).column) for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            holders = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({holders})", rows)


def load_instances(model: type[Model], instances: Iterable[Model]) -> None:
    """Put unsaved instances that are surely new into the table the fastest way; a key not given is the database's."""
    rows = list(instances)
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    if rows[0].pk is None:
        fields = [field for field in fields if not field.primary_key]
    load_rows(
        model,
        [field.name for field in fields],
        (
            [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
            for row in rows
        ),
    )
