"""Figures of honour."""

from datetime import date

from factory.django import DjangoModelFactory

from deal_registration.honour.enums import Measure, Standing
from deal_registration.honour.models import Figure


class FigureFactory(DjangoModelFactory):
    """Everywhere, three of ten promises were missed."""

    class Meta:
        model = Figure

    measure = Measure.PROMISES
    quarter = date(2026, 1, 1)
    standing = Standing.SHOWN
    cases = 10
    hits = 3
