"""Opaque layers: counted as declared, marked as partial, run by nobody."""

from __future__ import annotations

from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.reach import WHOLE, Window
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ExecutionError, ShapeError
from cnnanalyze.layers.opaque import Opaque

TEXT = (
    "{{cnn: 1, name: Half, input: 32x32x3, layers: [{{conv: {{filters: 8, kernel: 3}}}}, "
    "{{opaque: {{output: 15x15x16, {more}}}, as: foreign}}, gap, {{dense: 10}}]}}"
)


def half(more: str) -> cnn.Network:
    return cnn.loads(TEXT.format(more=more))


def test_what_is_declared_is_counted_and_named_as_partial() -> None:
    report = cnn.analyze(half("parameters: 1.2M, macs: 40M, field: 5x3, about: a custom operation"))
    foreign = report["foreign"]
    assert foreign.parameters == 1_200_000
    assert report.total.parameters == 224 + 1_200_000 + 170
    assert report.total.operations("mac") == 30 * 30 * 27 * 8 + 40_000_000 + 160
    assert report.status == "partial"
    assert report.analysis.notes == ("foreign: counted as declared, since it is not written out",)
    assert report.analysis["foreign"].fields is not None


def test_what_is_not_declared_is_not_known() -> None:
    report = cnn.analyze(half("parameters: 7"))
    assert report.analysis.notes == (
        "foreign: counted as declared, since it is not written out",
        "foreign: the operations of 'opaque' cannot be counted",
        "foreign: 'opaque' cannot tell what it reads",
    )
    assert report.total.uncounted("mac") == ("opaque",)


def test_nobody_runs_it() -> None:
    with pytest.raises(ExecutionError) as refused:
        cnn.verify(half("parameters: 7"))
    assert refused.value.message == (
        "Half cannot be run: foreign is opaque, declared and not written out"
    )
    assert refused.value.faults[0].help == (
        "write out what it computes, or verify the parts around it"
    )


def test_the_field_is_the_declared_one() -> None:
    x = Shape((30, 30), 8)
    declared = Opaque(output="15x15x16", field="5x3").reach(x)
    assert declared == ((Window(5, stride=2, before=1), Window(3, stride=2, before=0)),)
    assert Opaque(output="15x15x16", field="all").reach(x) == ((WHOLE, WHOLE),)
    assert Opaque(output="15x15x16").reach(x) is None
    assert Opaque(output="16", field="3").reach(x) == ((WHOLE, WHOLE),)


def test_a_field_of_other_axes_is_refused() -> None:
    with pytest.raises(ShapeError) as refused:
        Opaque(output="15x15x16", field="3x3x3").shape(Shape((30, 30), 8))
    assert refused.value.message == (
        "field 3x3x3 has 3 extents, but its input 30x30x8 has 2: 3 ≠ 2"
    )
    assert refused.value.faults[0].help == "give one extent for all axes, or 2 of them"


@pytest.mark.parametrize(
    ("written", "number"),
    [(7, 7), ("1.2M", 1_200_000), ("23,508,032", 23_508_032), ("0.5k", 500), ("4.1 G", 4.1e9)],
)
def test_figures_may_be_written_short(written: Any, number: int) -> None:
    assert Opaque(output="7", parameters=written).parameters == number


@pytest.mark.parametrize(
    ("attribute", "written", "words"),
    [
        ("parameters", "1,5M", "a whole number of at least 0, such as 1200000 or 1.2M, not '1,5M'"),
        ("macs", "0.5", "a whole number of at least 0, such as 1200000 or 1.2M, not '0.5'"),
        ("field", "some", "'all', 'unknown' or extents such as 3x3, not 'some'"),
    ],
)
def test_values_are_refused(attribute: str, written: str, words: str) -> None:
    with pytest.raises(cnn.CnnError) as refused:
        half(f"{attribute}: '{written}'")
    assert f"{attribute} must be {words}" in str(refused.value)
