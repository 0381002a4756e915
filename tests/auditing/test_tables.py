"""Tables of networks: what they hold, and what is not a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnanalyze.auditing.tables import audit_table, read_table
from cnnanalyze.errors import SpecError

NET = "cnn: 1\nname: Tiny\ninput: 5x5x1\nparams: {units: 3}\nlayers: [{dense: $units}]\n"


def write(folder: Path, text: str) -> Path:
    (folder / "tiny.yaml").write_text(NET, encoding="utf-8")
    path = folder / "board.table"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_speak_of_specs_beside_the_table(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "table: 1\nname: Board\nsource: me\nrows:\n"
        "  - {row: 1, printed: T3, network: tiny, total: {parameters: 78}}\n"
        "  - {row: 2, printed: T7, network: tiny, set: {units: 7}, total: {parameters: 182}}\n"
        "  - {row: 3, printed: T9, network: tiny, source: you, total: {macs: 75}}\n"
        "  - {row: 4, printed: none, network: tiny}\n",
    )
    found = audit_table(read_table(path))
    assert found.name == "Board"
    assert [(v.claim.source, v.outcome) for v in found.rows] == [
        ("row 1: T3", "holds"),
        ("row 2: T7", "holds"),
        ("row 3: T9 · you", "holds"),
    ]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("[3]", ["a table must be a mapping with 'table' and 'rows', not [3]"]),
        ("table: 1\n", ["a table needs 'rows'"]),
        ("rows: []\n", ["a table needs 'table'"]),
        (
            "table: 1\nrow: []\nrows: []\n",
            [
                (
                    "a table has no 'row'; it takes table, name, source, about, rows; "
                    "did you mean 'rows'?"
                )
            ],
        ),
        ("table: 1\nrows: [{row: 1}]\n", ["a row needs 'network'"]),
        (
            "table: 1\nrows: [{network: tony}]\n",
            ["there is no spec 'tony.yaml' here; did you mean 'tiny'?"],
        ),
        (
            "table: 1\nrows: [3]\n",
            ["a row must be a mapping with 'network', not 3"],
        ),
    ],
)
def test_what_is_no_table(tmp_path: Path, text: str, messages: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        read_table(write(tmp_path, text))
    assert [f.message for f in caught.value.faults] == messages


@pytest.mark.parametrize(
    ("row", "message", "word"),
    [
        ("layers: {dnse1: {parameters: 5}}", "Tiny has no layer 'dnse1'; did you mean", "dnse1"),
        ("set: {width: 3}, total: {parameters: 5}", "has no parameter 'width'; it has", "width"),
        ("set: {units: x}, total: {parameters: 5}", "must be a whole number", "x"),
    ],
)
def test_figure_of_what_is_not_there_is_refused_at_its_place(
    row: str, message: str, word: str, tmp_path: Path
) -> None:
    path = write(tmp_path, f"table: 1\nname: B\nrows:\n  - {{row: 1, network: tiny, {row}}}\n")
    with pytest.raises(SpecError) as refused:
        audit_table(read_table(path))
    (fault,) = refused.value.faults
    assert message in fault.message
    assert fault.mark is not None
    assert fault.mark.source.lines[3][fault.mark.column - 1 :].startswith(word)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("[{row: [1], network: tiny}]", "'row' of a row must be a text, not [1]"),
        (
            "[{row: 1, network: tiny}, {row: 1, network: tiny}]",
            "row 1 is there already, in line 2",
        ),
    ],
)
def test_row_that_cannot_be_told_is_refused(rows: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as refused:
        read_table(write(tmp_path, f"table: 1\nrows: {rows}\n"))
    assert refused.value.message == message
