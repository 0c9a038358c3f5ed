"""Filing from sheets: how many deals one sheet may hold, how long a template counts."""

from .environment import ENVIRONMENT

INTAKE_MOST_ROWS = ENVIRONMENT.sheet_most_rows
INTAKE_TEMPLATE_DAYS = ENVIRONMENT.sheet_template_days
