"""Rules on the graph, where a case of the rule says too little."""

# ruff: noqa: E501 - one row of a table is one line
from __future__ import annotations

import pytest

from tests.linting.conftest import Lint

HEAD = "cnn: 1\ninput: 9x9x3\nparams: {act: false, n: 0}\n"


@pytest.mark.parametrize(
    ("blocks", "layers", "found"),
    [
        ("unit: [{relu: , when: $act}]", "[{dense: 3}, unit]", {"unit"}),
        ("unit: [{relu: , repeat: $n}]", "[{dense: 3}, {unit: }]", {"unit"}),
        ("unit: [{relu: , when: $act}]", "[{dense: 3}, {add: [[unit], [dropout: 0.1]]}]", {"unit"}),
        ("{unit: [inner], inner: [{bn: , when: $act}]}", "[{dense: 3}, unit]", {"unit", "inner"}),
        ("{unit: [inner, relu], inner: [{bn: , when: $act}]}", "[{dense: 3}, unit]", {"inner"}),
        ("unit: [{relu: , when: $act}]", "[{dense: 3}, {unit: , when: $act}]", set()),
        ("unit: [{relu: , when: $act}]", "[{dense: 3}, {unit: , repeat: $n}]", set()),
        ("unit: [{relu: , when: '$n == 0'}]", "[{dense: 3}, unit]", set()),
        ("unit: {params: {on: true}, layers: [{relu: , when: $on}]}", "[{unit: {on: false}}, unit]", set()),
        ("unit: {params: {on: true}, layers: [{relu: , when: $on}]}", "[{dense: 3}, {unit: {on: false}}]", {"unit"}),
    ],
)  # fmt: skip
def test_a_when_that_leaves_an_empty_block_is_told(
    lint: Lint, blocks: str, layers: str, found: set[str]
) -> None:
    written = blocks if blocks.startswith("{") else f"{{{blocks}}}"
    result = lint(f"{HEAD}blocks: {written}\nlayers: {layers}\n", "GR012")
    assert {f.path for f in result.findings if f.code == "GR012"} == found
    assert {f.code for f in result.findings} <= {"GR012"}
