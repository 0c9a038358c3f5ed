"""The locks are whole, fit what pyproject.toml asks for, and name no place to download from."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
ADDRESS = re.compile(r"://|\bindex-url\b|\bfind-links\b|\bfile:|[\w-]+\.(?:org|com|net|cn|io)\b")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUN = PROJECT["project"]["dependencies"]
EXTRAS = [line for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]
LOCKED_FOR = {
    "run": RUN,
    "production": [*RUN, *EXTRAS],
    "dev": [*RUN, *EXTRAS, *PROJECT["dependency-groups"]["dev"]],
}


def pins(name: str) -> dict[str, set[Version]]:
    """Package → the versions locked; more than one where they differ by Python version."""
    found: dict[str, set[Version]] = {}
    for line in (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines():
        if pin := PINNED.match(line):
            found.setdefault(canonicalize_name(pin["name"]), set()).add(Version(pin["version"]))
    return found


@pytest.mark.parametrize("name", LOCKED_FOR)
def test_lock_holds_a_fitting_version_of_every_dependency(name):
    locked = pins(name)
    unfit = [
        line
        for line in LOCKED_FOR[name]
        if not (versions := locked.get(canonicalize_name(Requirement(line).name)))
        or not all(Requirement(line).specifier.contains(version) for version in versions)
    ]
    assert unfit == [], "run `make lock`"


@pytest.mark.parametrize("name", ["production", "dev"])
def test_other_locks_repeat_the_one_for_running(name):
    run, other = pins("run"), pins(name)
    assert {package: other.get(package) for package in run} == run


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_pin_carries_hashes(lock):
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text("utf-8").strip())
    assert entries
    assert [
        entry.split()[0] for entry in entries if not PINNED.match(entry) or "--hash=sha256:" not in entry
    ] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_names_no_host(lock):
    assert ADDRESS.findall(lock.read_text("utf-8")) == []


def test_front_end_lock_is_whole_and_names_no_host():
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    text = (ROOT / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert {f"node_modules/{name}" for name in wanted} <= packages.keys()
    assert {**packages[""]["dependencies"], **packages[""]["devDependencies"]} == wanted
    assert [name for name, entry in packages.items() if name and not entry.get("integrity")] == []
    assert "://" not in text
