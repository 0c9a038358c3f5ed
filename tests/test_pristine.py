"""Which kept tables a changed set of migrations goes on from."""

import json

from tests import pristine


def test_tables_are_gone_on_with_where_migrations_were_only_added(tmp_path, monkeypatch):
    monkeypatch.setattr(pristine, "ROOT", tmp_path)
    monkeypatch.setattr(pristine, "KEPT", tmp_path)
    first, second, third = (tmp_path / f"000{number}.py" for number in (1, 2, 3))
    for path in (first, second, third):
        path.write_text(path.name)
    for name, made_by in (("short", [first]), ("long", [first, second])):
        (tmp_path / f"tables-{name}.sqlite3").touch()
        kept = {path.name: pristine._digest(path) for path in made_by}
        (tmp_path / f"tables-{name}.json").write_text(json.dumps(kept))

    assert pristine._nearest([first, second, third]).name == "tables-long.sqlite3"
    assert pristine._nearest([first, third]).name == "tables-short.sqlite3"
    first.write_text("changed")
    assert pristine._nearest([first, second, third]) is None
