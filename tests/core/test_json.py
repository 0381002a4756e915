"""JSON with places, and files of earlier results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from cnnanalyze.core.json import read_json, read_results
from cnnanalyze.core.section import Section, Whole
from cnnanalyze.core.tree import plain, scalars
from cnnanalyze.errors import Source, UsageError

DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**29), 10**29)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=17,
)


@given(DATA, st.sampled_from((None, 2)))
def test_a_tree_holds_what_the_standard_library_reads(data: object, indent: int | None) -> None:
    text = json.dumps(data, indent=indent)
    assert plain(read_json(Source("x.json", text))) == json.loads(text)


@given(DATA)
def test_every_word_stands_where_its_mark_says(data: object) -> None:
    source = Source("x.json", json.dumps(data, indent=3, ensure_ascii=True))
    lines = source.text.split("\n")
    for word in scalars(read_json(source)):
        mark = word.mark
        written = lines[mark.line - 1][mark.column - 1 :][: mark.length]
        assert json.loads(written) == (word.value if word.plain else word.text)


def test_numbers_stay_as_they_are_written_where_texts_are_wanted() -> None:
    text = '{"a": 1e400, "b": 10.5, "a": 2}'
    tree = read_json(Source("x.json", text), is_literal=True)
    assert sorted(str(word.value) for word in scalars(tree) if word.plain) == ["10.5", "1e400", "2"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "x.json:1:2: error: this is not JSON: expecting property name enclosed in double"),
        ('{"a": 1,\n "a": 2}', "x.json:2:2: error: duplicate key 'a'; first in line 1"),
        (f"[{'1' * 31}]", "x.json:1:2: error: a whole number may have at most 30 digits, not 31"),
        ("[1e999]", "x.json:1:2: error: the number is too large"),
        ("[" * 150 + "]" * 150, "error: x.json holds too much, or is nested too deep"),
        ("[1, 2, 3, 4, 5]", "error: x.json holds too much, or is nested too deep"),
        ("[" * 100_000, "error: x.json is nested too deep"),
    ],
)
def test_what_is_no_json_is_refused_at_its_place(text: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_json(Source("x.json", text), most=5 if "5" in text else 300)
    assert str(refused.value).startswith(message)


class Costs(Section):
    macs: Whole = Field(description="their number")


def test_a_file_that_is_missing_is_told_with_what_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    with pytest.raises(UsageError) as refused:
        read_results(path, Costs, "ledger", "'count --write' writes one")
    assert refused.value.message == f"there is no ledger '{path}'"
    assert refused.value.faults[0].help == "'count --write' writes one"


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text('{"macs": "many",\n "mcas": 3}', "utf-8")
    with pytest.raises(UsageError) as refused:
        read_results(path, Costs, "ledger", "'count --write' writes one")
    assert [(str(fault.mark), fault.message, fault.help) for fault in refused.value.faults] == [
        (
            f"{path}:1:10",
            "'macs' of a ledger must be a whole number, not 'many'",
            "'count --write' writes one",
        ),
        (
            f"{path}:2:2",
            "a ledger has no 'mcas'; it takes macs; did you mean 'macs'?",
            "'count --write' writes one",
        ),
    ]
