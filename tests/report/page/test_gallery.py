"""What the pages of a gallery share: one of them says for all what each convention counts."""

from __future__ import annotations

from pathlib import Path

import cnnanalyze as cnn
from cnnanalyze.core.conventions import CONVENTIONS
from cnnanalyze.report.page.gallery import CONVENTIONS_PAGE, conventions_page, network_page
from tests.report.page.reader import Page

SPECS = Path(__file__).parent.parent.parent.parent / "specs"


def test_one_page_says_for_all_what_each_convention_counts() -> None:
    page = Page(conventions_page()[f"{CONVENTIONS_PAGE}.html"])
    rows = [[cell.text for cell in row.all("td")] for row in page.root.all("tr")]
    assert [row for row in rows if row] == [
        [c.name, ", ".join(c.counts.split()), c.description, c.source] for c in CONVENTIONS
    ]


def test_the_page_of_a_network_leads_there_and_has_its_numbers() -> None:
    page = Page(network_page(SPECS / "lenet5.yaml", "lenet5").files["lenet5.html"])
    section = page.root.one("section", id="counting")
    assert [a.attributes["href"] for a in section.all("a")] == [f"{CONVENTIONS_PAGE}.html"]
    rows = {row[0]: row[1] for row in page.rows("conventions-table")}
    assert set(rows) == {c.name for c in CONVENTIONS}
    assert rows["mac"] == f"{cnn.analyze('zoo:lenet5').total.operations('mac'):,}"


def test_kinds_that_a_convention_does_not_count_are_named_all_the_same() -> None:
    page = Page(network_page(SPECS / "deit_tiny.yaml", "deit_tiny").files["deit_tiny.html"])
    assert "not counted" in page.root.one("table", id="conventions-table").text
