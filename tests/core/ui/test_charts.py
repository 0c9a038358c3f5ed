"""Charts: round axes, the figures as a table, nothing drawn outside, no thousands separated in coordinates."""

import re

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from core.ui.charts import BarChart, DonutChart, LineChart, Series, nice_ticks

FIGURES = st.lists(st.integers(0, 10**9), min_size=1, max_size=14)


def draw(chart):
    return engines["django"].from_string("{% chart chart %}").render({"chart": chart})


@given(st.floats(0.001, 1e12))
def test_axis_reaches_the_highest_figure_in_few_round_steps(highest):
    ticks = nice_ticks(highest)
    assert ticks[0] == 0 and ticks[-1] >= highest * 0.999999
    assert len(ticks) <= 6


@given(FIGURES)
def test_bars_stay_within_the_drawing(values):
    chart = BarChart(title="t", labels=[str(n) for n in range(len(values))], series=[Series("a", values)])
    for bar in chart.bars:
        assert float(bar.y) >= 0 and float(bar.y) + float(bar.height) <= chart.height
        assert float(bar.x) + float(bar.width) <= chart.width


@pytest.mark.parametrize(
    "chart",
    [
        BarChart(
            title="Deals", labels=["May", "June"], series=[Series("A", [1200, 3400]), Series("B", [5, 0])]
        ),
        BarChart(title="Deals", labels=["May", "June"], series=[Series("A", [1200, 3400])], stacked=True),
        BarChart(title="Deals", labels=["May", "June"], series=[Series("A", [1200, 3400])], horizontal=True),
        LineChart(title="Deals", labels=["May", "June"], series=[Series("A", [1200, 3400])]),
        DonutChart(title="Deals", labels=["May", "June"], values=[1200, 3400], unit="deals"),
    ],
)
def test_chart_has_its_figures_as_a_table_and_plain_coordinates(chart):
    html = draw(chart)
    assert '<td class="text-end">3,400</td>' in html
    for attribute in ("x", "y", "width", "height", "d", "cx", "cy", "x1", "y2"):
        for value in re.findall(rf'\s{attribute}="([^"]*)"', html):
            assert "," not in value
    assert "style=" not in html


def test_one_share_of_everything_is_a_whole_ring():
    chart = DonutChart(title="t", labels=["all", "none"], values=[5, 0])
    assert len(chart.paths) == 1


def test_chart_without_figures_says_so():
    html = draw(BarChart(title="t", labels=["a"], series=[Series("s", [0])]))
    assert "No figures yet." in html and '<svg class="chart-drawing' not in html


def test_labels_of_people_are_escaped():
    html = draw(BarChart(title="<b>", labels=["<i>"], series=[Series("<u>", [1])], horizontal=True))
    assert "<b>" not in html and "<i>" not in html and "<u>" not in html
