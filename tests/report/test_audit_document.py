"""An audit as a page: verdicts by row, causes, signs beside colours, no folder of a machine."""

from __future__ import annotations

from functools import cache

import cnnanalyze as cnn
from cnnanalyze.auditing.examine import audit
from cnnanalyze.auditing.tables import read_table
from cnnanalyze.report.audit_document import document
from cnnanalyze.report.page.gallery_pages import EXAMPLES
from cnnanalyze.report.writers import render
from tests.auditing.boards import LEADERBOARD, leaderboard
from tests.report.page.reader import Page


@cache
def page() -> Page:
    return Page(render(document([leaderboard()], "A leaderboard", "About it"), "html"))


def rows() -> list[list[str]]:
    return [[c.text for c in r.all("td")] for r in page().root.all("tr") if r.all("td")]


def test_every_figure_is_a_row_under_the_row_of_its_table() -> None:
    board = read_table(LEADERBOARD)
    assert len(rows()) == sum(len(row.claims) for row in board.rows)
    heads = [h.text for h in page().root.all("th", scope="rowgroup")]
    for row in board.rows:
        assert any(h.startswith(f"row {row.number}:") for h in heads) or not row.claims


def test_a_wrong_figure_says_what_makes_it() -> None:
    # The leaderboard prints the figures of AmoebaNet-C for AmoebaNet-B (F = 228).
    found = next(r for r in rows() if r[1] == "155.3M")
    assert found[0] == "parameters"
    assert found[3] == "✗ wrong"
    assert (
        found[4] == "155,272,667 of AmoebaNet-Cthe table says: these are the figures of AmoebaNet-C"
    )


def test_verdicts_do_not_rest_on_colour_alone() -> None:
    signs = {"holds": "✓", "holds under": "≈", "wrong": "✗", "not reproduced": "?"}
    for tr in page().root.all("tr"):
        outcome = tr.attributes.get("data-status")
        if outcome:
            (verdict,) = (s for s in tr.all("span") if "verdict" in s.attributes["class"])
            assert verdict.text.startswith(signs[outcome])
    names = [name.text for name in page().root.one("dl", class_="facts").all("dt")]
    assert names == ["✓ holds", "≈ holds under", "✗ wrong", "? not reproduced"]


def test_what_is_not_as_marked_is_said_to_be_so() -> None:
    text = (
        "{cnn: 1, input: 9x7x1, layers: [bn], expect: ["
        "{source: '<b>me</b>', total: {parameters: {printed: 2, verdict: wrong, reason: why}}}]}"
    )
    found = Page(render(document([audit(cnn.loads(text))], "<i>"), "html"))
    assert found.root.one("h1").text == "<i>"
    (verdict,) = (s for s in found.root.all("span") if "verdict" in s.attributes.get("class", ""))
    assert verdict.text == "! right though marked wrong (not as marked)"
    assert verdict.attributes["class"] == "verdict bad"
    assert "<b>me</b>" in found.root.one("table").text


def test_the_example_needs_the_networks_of_its_table() -> None:
    (example,) = (e for e in EXAMPLES if e.name == "audit")
    assert sorted({row.path.stem for row in read_table(LEADERBOARD).rows}) == list(example.networks)
