"""Remove single scope checks one by one, in a copy of the source, and see that a test fails for each.

    .venv/bin/python -m tests.access.mutations [number …]

Not part of the ordinary run: every check costs a run of the tests named beside it. Ends with 0 when each removal was
noticed. The copy lies in a temporary folder; nothing in the working tree is touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COPIED = ("core", "crm", "partners", "content", "deal_registration", "portal", "templates", "tests", "locale")
LINKED = (".venv", "node_modules", "assets", "static", "docs", "tools", "requirements")


@dataclass(frozen=True)
class Mutation:
    """One check taken out: what stands in the file, what is put there, which tests must notice."""

    what: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]


MATRIX = "tests/access/test_matrix.py::test_rows_one_does_not_see_do_not_exist"
CANARIES = "tests/access/test_canaries.py::test_nobody_reads_what_is_not_theirs"
MUTATIONS = (
    Mutation(
        "dealers see their own registrations only",
        "deal_registration/models.py",
        "                Q(partner_id=actor.organisation_id)\n",
        "                Q(pk__gt=0)\n",
        (f"{MATRIX}[dealer_sales]",),
    ),
    Mutation(
        "drafts of sub-dealers are theirs alone",
        "deal_registration/models.py",
        "Q(partner_id__in=actor.organisation_ids) & ~Q(state=State.DRAFT)",
        "Q(partner_id__in=actor.organisation_ids)",
        (f"{MATRIX}[dealer_manager]",),
    ),
    Mutation(
        "staff see registrations of their territories only",
        "deal_registration/models.py",
        'exclude(state=State.DRAFT).filter(pk__in=inside.values("registration_id"))',
        "exclude(state=State.DRAFT)",
        (f"{MATRIX}[other_channel_manager]",),
    ),
    Mutation(
        "staff see no drafts",
        "deal_registration/models.py",
        "self.exclude(state=State.DRAFT).filter(",
        "self.filter(",
        (f"{MATRIX}[channel_manager]", f"{CANARIES}[channel_manager]"),
    ),
    Mutation(
        "dealers see accounts of their own business only",
        "crm/accounts/models.py",
        "filter(partner_account_id__in=actor.organisation_ids)",
        "all()",
        (f"{MATRIX}[dealer_sales]",),
    ),
    Mutation(
        "staff see accounts of their territories only",
        "crm/accounts/models.py",
        'within_scopes(actor, "accounts.view", territory="territory__path", line=None)',
        "Q(pk__gt=0)",
        (f"{MATRIX}[other_channel_manager]",),
    ),
    Mutation(
        "dealers see opportunities of their own business only",
        "crm/opportunities/models.py",
        "return self.filter(partner_account_id__in=actor.organisation_ids)",
        "return self",
        (f"{MATRIX}[dealer_sales]",),
    ),
    Mutation(
        "dealers see activities of their own people only",
        "crm/activities/models.py",
        "return self.filter(organisation_id__in=actor.organisation_ids)",
        "return self",
        (f"{MATRIX}[dealer_sales]",),
    ),
    Mutation(
        "files follow their object's scope",
        "core/documents/registry.py",
        "    return files.filter(allowed)",
        "    return files",
        (f"{MATRIX}[dealer_sales]",),
    ),
    Mutation(
        "imports are one's own",
        "core/imports/models.py",
        "return self.filter(started_by_id=actor.user_id)",
        "return self",
        (f"{MATRIX}[administrator]",),
    ),
    Mutation(
        "notices are one's own",
        "core/notifications/models.py",
        "self.filter(user_id=actor.user_id)",
        "self.all()",
        (f"{MATRIX}[dealer_sales]",),
    ),
    Mutation(
        "partners are seen within the territories and the own tree",
        "partners/models.py",
        "return self.filter(pk__in=actor.organisation_ids)",
        "return self",
        (f"{MATRIX}[dealer_sales]",),
    ),
    Mutation(
        "accounts are transferred by those who see them only",
        "crm/accounts/services/transfer.py",
        "visible = Account.objects.visible_to(actor).known().filter(pk=account_id)",
        "visible = Account.objects.known().filter(pk=account_id)",
        ("tests/crm/test_transfer.py::test_foreign_and_gone_accounts_look_the_same_and_are_untouched",),
    ),
    Mutation(
        "accounts are given away by their owner and those who cover them only",
        "crm/accounts/services/transfer.py",
        "    if not may_transfer(actor, account):\n",
        "    if False:\n",
        ("tests/crm/test_transfer.py::test_share_is_enough_to_edit_but_not_to_give_away",),
    ),
    Mutation(
        "customers are offered within what one sees",
        "crm/accounts/typeahead.py",
        "Account.objects.visible_to(actor).known().filter(kind=Kind.CUSTOMER)",
        "Account.objects.known().filter(kind=Kind.CUSTOMER)",
        ("tests/crm/test_customer_options.py::test_nobody_is_offered_what_they_do_not_see",),
    ),
    Mutation(
        "a filter that does not hold lets nothing through to a bulk action",
        "core/ui/bulk.py",
        "return filterset.qs if filterset.form.is_valid() else rows.none()",
        "return filterset.qs",
        ("tests/core/ui/test_bulk.py::test_filter_that_does_not_hold_lets_nothing_through",),
    ),
    Mutation(
        "timelines keep from dealers what is not declared for them",
        "core/ledger/timelines.py",
        "    outside = actor.is_dealer\n",
        "    outside = False\n",
        (f"{CANARIES}[dealer_manager]", f"{CANARIES}[rival]", "tests/core/ledger"),
    ),
)


def copy_of_the_source(folder: Path) -> Path:
    """Return a copy in which files may be changed."""
    tree = folder / "tree"
    tree.mkdir()
    skip = shutil.ignore_patterns("__pycache__", "screenshots")
    for name in COPIED:
        shutil.copytree(ROOT / name, tree / name, ignore=skip)
    for name in LINKED:
        if (ROOT / name).exists():
            (tree / name).symlink_to(ROOT / name)
    for name in ("manage.py", "pyproject.toml"):
        shutil.copyfile(ROOT / name, tree / name)
    if (ROOT / ".cache").exists():
        shutil.copytree(ROOT / ".cache", tree / ".cache")
    return tree


def is_noticed(tree: Path, mutation: Mutation) -> bool:
    """Take the check out, run its tests, put it back; tell whether one failed."""
    path = tree / mutation.path
    whole = path.read_text("utf-8")
    if mutation.old not in whole:
        raise SystemExit(f"{mutation.path} no longer holds: {mutation.old.strip()}")
    path.write_text(whole.replace(mutation.old, mutation.new), "utf-8")
    try:
        return fails(tree, mutation.tests)
    finally:
        path.write_text(whole, "utf-8")


def fails(tree: Path, tests: Iterable[str]) -> bool:
    """Run tests in the copy; tell whether one failed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider", *tests],
        cwd=tree,
        env={key: value for key, value in os.environ.items() if not key.startswith("PORTAL_")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])
    return done.returncode == 1


def main(arguments: list[str]) -> int:
    """Try all, or those whose numbers are given."""
    numbers = [int(number) for number in arguments] or range(1, len(MUTATIONS) + 1)
    missed = 0
    with tempfile.TemporaryDirectory(prefix="portal-mutations-") as folder:
        tree = copy_of_the_source(Path(folder))
        if fails(tree, sorted({test for number in numbers for test in MUTATIONS[number - 1].tests})):
            raise SystemExit("these tests fail with every check in place: nothing can be said")
        for number in numbers:
            mutation = MUTATIONS[number - 1]
            begun = time.monotonic()
            noticed = is_noticed(tree, mutation)
            missed += not noticed
            verdict = "noticed" if noticed else "NOT NOTICED"
            print(f"{number:2} {verdict:<12} {mutation.what} ({time.monotonic() - begun:.0f} s)", flush=True)
    print(f"{missed} of {len(numbers)} removals went unnoticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
