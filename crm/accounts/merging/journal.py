"""The journal of a merge: each change with what was there before, so that exactly that can be put back.

An entry is plain JSON. What is put back is put back column by column: a row that was changed since in another column
keeps that change, a column that no longer holds what the merge wrote is left as it is and named.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction

CHUNK = 500
Check = Callable[[dict], bool]


def _columns(model: type[models.Model]) -> dict[str, models.Field]:
    return {field.attname: field for field in model._meta.concrete_fields}


def _plain(field: models.Field, value: Any) -> Any:
    """Return a column's value as JSON holds it, exactly."""
    if value is None or isinstance(value, bool | int | str | list | dict | float):
        return value
    holder = field.model()
    setattr(holder, field.attname, value)
    return field.value_to_string(holder)


def _value(field: models.Field, plain: Any) -> Any:
    """Return the column's value of what JSON holds."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return plain if plain is None or isinstance(plain, list | dict) else field.to_python(plain)


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


class Journal:
    """Changes rows and notes how; ``entries`` is what a merge keeps."""

    def __init__(self, entries: list[dict] | None = None):
        self.entries: list[dict] = entries if entries is not None else []

    def move(self, model: type[models.Model], column: str, rows: models.QuerySet, after: int) -> int:
        """Write ``after`` into ``column`` of ``rows``, which all hold one other value; return how many."""
        found = list(rows.order_by("pk").values_list("pk", column))
        if not found:
            return 0
        before = found[0][1]
        ids = [pk for pk, _value in found]
        for part in _chunks(ids):
            model._base_manager.filter(pk__in=part).update(**{column: after})
        label = model._meta.label_lower
        last = self.entries[-1] if self.entries else {}
        entry = {"do": "move", "model": label, "column": column, "before": before, "after": after}
        if {key: last.get(key) for key in entry} == entry:
            last["ids"] += ids
        else:
            self.entries.append({**entry, "ids": ids})
        return len(ids)

    def set(self, row: models.Model, **values: Any) -> bool:
        """Write columns of one row, and onto the object; return whether anything differed."""
        columns = _columns(type(row))
        before = {name: _plain(columns[name], getattr(row, name)) for name in values}
        after = {name: _plain(columns[name], value) for name, value in values.items()}
        changed = sorted(name for name in values if before[name] != after[name])
        if not changed:
            return False
        type(row)._base_manager.filter(pk=row.pk).update(**{name: values[name] for name in changed})
        for name in changed:
            setattr(row, name, values[name])
        self.entries.append(
            {
                "do": "set",
                "model": row._meta.label_lower,
                "id": row.pk,
                "before": {name: before[name] for name in changed},
                "after": {name: after[name] for name in changed},
            }
        )
        return True

    def remove(self, row: models.Model) -> None:
        """Delete one row that nothing points at, keeping every column."""
        columns = _columns(type(row))
        values = {name: _plain(field, getattr(row, name)) for name, field in columns.items()}
        self.entries.append({"do": "remove", "model": row._meta.label_lower, "id": row.pk, "values": values})
        type(row)._base_manager.filter(pk=row.pk)._raw_delete(using=row._state.db or "default")

    def added(self, row: models.Model) -> None:
        """Note a row that was added."""
        columns = _columns(type(row))
        values = {name: _plain(field, getattr(row, name)) for name, field in columns.items()}
        self.entries.append({"do": "add", "model": row._meta.label_lower, "id": row.pk, "values": values})

    def ids(self, label: str, column: str) -> list[int]:
        """Return the ids of the rows of a model of which ``column`` was re-pointed or set."""
        found: dict[int, None] = {}
        for entry in self.entries:
            if entry["model"] != label:
                continue
            if entry["do"] == "move" and entry["column"] == column:
                found.update(dict.fromkeys(entry["ids"]))
            elif entry["do"] == "set" and column in entry["after"]:
                found[entry["id"]] = None
        return list(found)

    def take_back(self, *, may: Check = lambda entry: True, on_conflict: Callable) -> list[dict]:
        """Put back every entry, the last one first; return what had to be left: ``{"model", "ids", "columns"}``.

        ``may(entry)`` says no to a ``set`` that must not be taken back any more. ``on_conflict(error)`` is called
        for what the database refuses and may raise; what it lets pass is left as it is.
        """
        left: list[dict] = []
        for entry in reversed(self.entries):
            model = apps.get_model(entry["model"])
            try:
                with transaction.atomic():
                    stayed = self._take_back(model, entry, may)
            except IntegrityError as error:
                on_conflict(error)
                stayed = _all_of(entry)
            if stayed is not None:
                left.append({"model": entry["model"], **stayed})
        return left

    @staticmethod
    def _take_back(model: type[models.Model], entry: dict, may: Check) -> dict | None:
        """Put back one entry; return what of it was left, or None."""
        rows = model._base_manager
        columns = _columns(model)
        match entry["do"]:
            case "move":
                column, missed = entry["column"], []
                for part in _chunks(entry["ids"]):
                    same = rows.filter(pk__in=part, **{column: entry["after"]})
                    there = set(same.values_list("pk", flat=True))
                    rows.filter(pk__in=there).update(**{column: entry["before"]})
                    missed += [pk for pk in part if pk not in there]
                return {"ids": missed, "columns": [column]} if missed else None
            case "set":
                row = rows.filter(pk=entry["id"]).values(*entry["after"]).first()
                if row is None:
                    return _all_of(entry)
                same = {
                    name: _value(columns[name], entry["before"][name])
                    for name, plain in entry["after"].items()
                    if _plain(columns[name], row[name]) == plain
                }
                if same and not may(entry):
                    same = {}
                if same:
                    rows.filter(pk=entry["id"]).update(**same)
                kept = sorted(entry["after"].keys() - same.keys())
                return {"ids": [entry["id"]], "columns": kept} if kept else None
            case "remove":
                values = {name: _value(columns[name], plain) for name, plain in entry["values"].items()}
                model(**values).save(force_insert=True)
                return None
            case "add":
                row = rows.filter(pk=entry["id"]).values(*entry["values"]).first()
                if row is None:
                    return None
                if any(_plain(columns[name], row[name]) != plain for name, plain in entry["values"].items()):
                    return {"ids": [entry["id"]], "columns": []}
                rows.filter(pk=entry["id"])._raw_delete(using="default")
                return None
        raise ValueError(entry["do"])


def _all_of(entry: dict) -> dict:
    """Return all of an entry as left."""
    ids: Iterable[int] = entry["ids"] if entry["do"] == "move" else [entry["id"]]
    columns = [entry["column"]] if entry["do"] == "move" else sorted(entry.get("after", {}))
    return {"ids": list(ids), "columns": columns}
