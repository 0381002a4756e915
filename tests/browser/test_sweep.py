"""The page of a sweep: ranges choose rows and dots, and the address keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.report.sweep import document
from cnnanalyze.report.writers import render
from tests.conftest import Open

pytestmark = pytest.mark.browser
TEXT = """
cnn: 1
name: family
input: 17x17x3
params: {width: 3, kind: relu}
layers: [{conv: {filters: $width, kernel: 3}}, $kind, gap, {dense: 5}]
"""
DOTS = "circle[data-point]"


@pytest.fixture
def page(open_page: Open, tmp_path: Path) -> Any:
    points = cnn.sweep(cnn.loads(TEXT), {"width": "1..20", "kind": ["relu", "tanh"]})
    path = tmp_path / "sweep.html"
    path.write_text(render(document(points.summary), "html"), encoding="utf-8")
    page = open_page(path)
    yield page
    assert page.complaints == []


def rows(page: Any) -> int:
    return sum(row.is_visible() for row in page.locator("table[data-main] tbody tr").all())


def dots(page: Any) -> int:
    return sum(dot.is_visible() for dot in page.locator(DOTS).all())


def test_ranges_choose_rows_and_dots_and_the_address_keeps_them(page: Any) -> None:
    assert (rows(page), dots(page)) == (40, 40)
    page.locator(".ranges summary").click()
    page.locator('input[name="width.least"]').fill("8")
    page.locator('input[name="width.most"]').fill("11")
    assert (rows(page), dots(page)) == (8, 8)
    page.locator("input[data-filter]").fill("tanh")
    assert (rows(page), dots(page)) == (4, 4)
    assert page.locator(".count").first.inner_text() == "4 of 40"
    page.reload()
    assert (rows(page), dots(page)) == (4, 4)
    page.locator(".ranges summary").click()
    page.get_by_role("button", name="All rows").click()
    assert (rows(page), dots(page)) == (40, 40)
    assert "#" not in page.url


def test_a_dot_leads_to_its_row(page: Any) -> None:
    page.locator(f'{DOTS}[data-point="24"]').dispatch_event("click")
    assert page.locator("tr.at td").first.inner_text() == "24"
