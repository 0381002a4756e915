"""Rows of results: in notebooks, in pandas, in one line."""

import sys
from collections.abc import Iterator

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.tabular import MOST, Row, Tabular


class Numbers(Tabular):
    """Some rows, of which not all have the same columns."""

    def __init__(self, count: int) -> None:
        self.count = count

    def rows(self) -> Iterator[Row]:
        yield {"name": "<first>", "is_kept": True, "share": 1 / 3}
        for n in range(1, self.count):
            yield {"name": f"row {n}", "number": 1000 * n}

    def headline(self) -> str:
        return f"{self.count} rows & more"


def test_a_result_is_told_in_one_line() -> None:
    assert repr(Numbers(3)) == "<Numbers: 3 rows & more>"


def test_a_notebook_shows_a_table_with_every_text_escaped() -> None:
    page = Numbers(3)._repr_html_()
    assert "<caption>3 rows &amp; more</caption>" in page
    assert "<th>name</th><th>is kept</th><th>share</th><th>number</th>" in page
    assert '<tr><td>&lt;first&gt;</td><td>yes</td><td class="n">0.333333</td><td></td>' in page
    assert '<td>row 2</td><td></td><td></td><td class="n">2,000</td>' in page
    assert "more rows" not in page


def test_a_notebook_shows_the_first_of_many_rows() -> None:
    page = Numbers(MOST + 1_003)._repr_html_()
    assert page.count("<tr>") == 1 + MOST
    assert page.endswith("</table><p>and 1,003 more rows</p></div>")


def test_pandas_gets_every_row() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed: no data frame was made")
    frame = Numbers(MOST + 3).to_pandas()
    assert list(frame.columns) == ["name", "is_kept", "share", "number"]
    assert (len(frame), frame["number"].iloc[-1]) == (MOST + 3, 1000 * (MOST + 2))


def test_without_pandas_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(cnn.UsageError) as caught:
        Numbers(1).to_pandas()
    assert str(caught.value) == (
        "error: a data frame needs the package pandas, which is not installed\n"
        "  help: pip install 'cnnanalyze[tables]'; or take 'rows()', which needs nothing"
    )
