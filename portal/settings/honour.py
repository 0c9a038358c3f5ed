"""Honour: how large a group of cases must be to be shown, so that a figure tells on nobody."""

from .environment import ENVIRONMENT

HONOUR_LEAST_CASES = ENVIRONMENT.honour_least_cases
HONOUR_LEAST_PARTNERS = ENVIRONMENT.honour_least_partners
