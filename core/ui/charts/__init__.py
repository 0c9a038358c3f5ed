"""Charts drawn on the server as SVG: they need no script, print, and go into mails.

A chart is a small object; ``{% chart chart %}`` draws it with its figures as a table below. Coordinates are text
already, because templates would separate their thousands.
"""

from .donut import DonutChart
from .plots import BarChart, LineChart
from .shapes import Series, nice_ticks

__all__ = ["BarChart", "DonutChart", "LineChart", "Series", "nice_ticks"]
