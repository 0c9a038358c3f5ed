"""Public names of a package, loaded at first use: an app's models must not load before the app registry."""

from collections.abc import Callable
from importlib import import_module


def public_names(package: str, homes: dict[str, str]) -> Callable[[str], object]:
    """Return a module ``__getattr__`` (PEP 562) for ``package``: ``homes`` maps a public name to its module."""

    def load(name: str) -> object:
        if name in homes:
            return getattr(import_module(f"{package}.{homes[name]}"), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return load
