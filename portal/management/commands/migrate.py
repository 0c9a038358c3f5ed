"""Django's ``migrate`` in a quicker order: the libraries first, our own apps last.

Each operation renders anew every model that hangs together with the one it touches. In Django's order, by name,
our models come in before Wagtail's hundred migrations and are rendered again with each of them: 30 seconds
instead of 20 on an empty database. Dependencies hold in any order; so does the order within an app.
"""

import gc
from contextlib import contextmanager

from django.core.management.commands import migrate
from django.db.migrations.graph import MigrationGraph

EARLY = ("contenttypes", "auth", "sites", "people", "wagtailcore")


def _place(target: tuple[str, str]) -> tuple:
    """Sort key of a target: what Wagtail stands on, Wagtail, other libraries, our own apps."""
    from django.apps import apps

    label = target[0]
    if label in EARLY:
        return 0, EARLY.index(label), target
    ours = apps.get_app_config(label).module.__file__.find("site-packages") < 0
    return (3 if ours else 1 if label.startswith("wagtail") else 2), 0, target


@contextmanager
def _libraries_first():
    plain = MigrationGraph.leaf_nodes
    thresholds = gc.get_threshold()
    MigrationGraph.leaf_nodes = lambda graph, app=None: sorted(plain(graph, app), key=_place)
    gc.set_threshold(100_000, 20, 50)  # rendering makes much garbage; looking for it often costs seconds
    try:
        yield
    finally:
        MigrationGraph.leaf_nodes = plain
        gc.set_threshold(*thresholds)


class Command(migrate.Command):
    """Migrate, libraries first."""

    def handle(self, *args, **options) -> None:
        """As Django's, in our order."""
        with _libraries_first():
            super().handle(*args, **options)
