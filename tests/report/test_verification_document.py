"""A verification as a document: what balances, what differs, figures, what was not checked."""

from __future__ import annotations

import csv
from functools import cache
from io import StringIO

import cnnanalyze as cnn
from cnnanalyze.crosscheck.result import Balance, Discrepancy
from cnnanalyze.errors import ExecutionError
from cnnanalyze.report.verification import MOST
from cnnanalyze.report.verification_document import document
from cnnanalyze.report.writers import render
from tests.report.page.reader import Page

SPEC = """
{cnn: 1, name: tiny, input: 5x7x2, layers: [{conv: {filters: 3, kernel: 3}}, relu], expect: [
  {source: somebody, total: {parameters: 57}},
  {source: another, total: {macs: {printed: 811, verdict: wrong, reason: why}}}]}
"""


@cache
def balanced() -> Balance:
    return cnn.verify(cnn.loads(SPEC))


def unequal(number: int = 1) -> Balance:
    found = tuple(
        Discrepancy(f"conv{i}", "parameters", "bias", "7", "5") for i in range(1, number + 1)
    )
    return Balance("other", 3, (("shape", 3),), found, remarks=("conv9: nobody knows",))


def rows(page: Page) -> list[list[str]]:
    return [[cell.text for cell in row.all("td")] for row in page.root.all("tr") if row.all("td")]


def test_a_page_says_first_that_all_is_balanced() -> None:
    page = Page(render(document([balanced()]), "html"))
    assert page.root.one("h1").text == "tiny, verified"
    said = page.root.all("p", class_="text")[0].text
    assert said == f"1 network, 2 layers, {balanced().entries} entries, 2 claims: all balanced."
    numbers = {
        item.attributes["data-headline"]: item.one("span", class_="number").text
        for item in page.root.all("li", class_="headline")
    }
    assert numbers == {
        "layers": "2",
        "entries": str(balanced().entries),
        "differ": "0",
        "claims": "2",
    }
    assert "receptive fields by all 5 x 7 lines of the input" in page.root.text


def test_every_printed_figure_is_on_the_page_and_elsewhere_those_not_as_marked() -> None:
    page = Page(render(document([balanced()]), "html"))
    assert [row for row in rows(page) if row[0] in {"parameters", "MACs"}] == [
        ["parameters", "57", "57", "✓ holds", "somebody"],
        ["MACs", "811", "810", "✗ wrong as marked", "another"],
    ]
    assert "Printed figures" not in render(document([balanced()]), "markdown")
    wrong = cnn.verify(cnn.loads(SPEC.replace("57", "59")))
    text = render(document([wrong]), "markdown")
    assert "figures not as marked" in text
    assert "| ✗ parameters | 59 | 57 | fails" in " ".join(text.split())


def test_what_differs_stands_with_both_numbers_below_its_network() -> None:
    page = Page(render(document([balanced(), unequal()]), "html"))
    (table,) = (t for t in page.root.all("table") if "by rule" in t.text)
    assert [head.text for head in table.all("th", scope="rowgroup")] == ["other"]
    assert [cell.text for cell in table.all("td")] == ["conv1", "parameters", "bias", "7", "5"]
    assert "other: conv9: nobody knows" in page.root.text


def test_of_many_discrepancies_the_page_has_all_and_text_the_first() -> None:
    found = document([unequal(MOST + 3)])
    assert f"conv{MOST + 3}" in render(found, "html")
    text = render(found, "text", 100)
    assert f"conv{MOST}" in text
    assert f"conv{MOST + 1}" not in text
    assert "and 3 more; --format json has them all" in text


def test_networks_that_were_not_verified_are_named_with_the_reason() -> None:
    page = render(document([balanced()], [ExecutionError("running large takes too much")]), "html")
    assert '<h1 id="2-networks-verified">2 networks, verified</h1>' in page
    assert "error: running large takes too much" in page
    none = render(document([], [ExecutionError("too large")]), "markdown")
    assert "1 network not verified, and none verified." in none


def test_csv_has_a_row_for_each_network_with_exact_numbers() -> None:
    header, first, second = csv.reader(StringIO(render(document([balanced(), unequal()]), "csv")))
    said = [dict(zip(header, row, strict=True)) for row in (first, second)]
    assert [row["network"] for row in said] == ["tiny", "other"]
    assert [row["verdict"] for row in said] == ["balanced", "differs"]
    assert [row["entries"] for row in said] == [str(balanced().entries), "3"]
    assert [row["differ"] for row in said] == ["0", "1"]
