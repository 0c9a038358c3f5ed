"""``manage.py honour``: counts every registration's cases anew from the ledger and states the figures."""

from django.core.management.base import BaseCommand

from core import clock
from deal_registration.honour import services
from deal_registration.honour.models import Restating


class Command(BaseCommand):
    help = "Count every registration's cases anew from the ledger, then state the figures of honour."

    def handle(self, *args, **options) -> None:
        """Count from the beginning; figures shown meanwhile are the old ones."""
        Restating.objects.update_or_create(pk=1, defaults={"counted_up_to": 0, "is_counted": False})
        counted = services.count_history()
        stated = services.restate(at=clock.now())
        self.stdout.write(f"{counted:,} registrations counted, {stated:,} figures stated")
