"""Layer tables of SCALE-Sim, which have no padding: how much they miss, and why."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path

from cnnanalyze.auditing.tables import audit_table, read_table
from cnnanalyze.auditing.verdict import Verdict

TOPOLOGIES = Path(__file__).parents[2] / "specs" / "tables" / "scalesim_topologies.table"
PADDING = "without the padding of each layer"


@cache
def rows_of(network: str) -> tuple[Verdict, ...]:
    found = audit_table(read_table(TOPOLOGIES)).rows
    return tuple(
        row for row in found if row.network == network and "rounded up" not in row.claim.source
    )


def printed(row: Verdict) -> int:
    assert row.claim.figure is not None
    return int(row.claim.figure.value)


def test_resnet18_has_a_fifth_too_few_multiply_accumulates() -> None:
    total, *layers = rows_of("ResNet-18")
    assert len(layers) == 21
    assert printed(total) == sum(map(printed, layers))
    missing = 1 - Fraction(printed(total), 1_814_073_344)
    assert round(100 * missing, 1) == Fraction("20.7")
    assert {(row.outcome, *(c.words for c in row.causes)) for row in (total, *layers)} == {
        ("holds",),
        ("wrong", PADDING),
    }


def test_three_rows_of_googlenet_have_errors_that_no_padding_explains() -> None:
    total, *layers = rows_of("GoogLeNet")
    assert len(layers) == 58
    assert printed(total) == sum(map(printed, layers))
    assert [row.claim.layer for row in layers if row.outcome == "not reproduced"] == [
        "inception_4c/concat1/3/5x5/conv1",
        "inception_5a/concat1/2/reduce3/conv1",
        "inception_5b/concat1/3/5x5/conv1",
    ]
    assert all(row.causes[0].words == PADDING for row in layers if row.outcome == "wrong")


def test_alexnet_without_groups_has_more_than_it_has() -> None:
    found = {row.claim.layer: row for row in rows_of("AlexNet")}
    total = found.pop("")
    assert printed(total) == sum(map(printed, found.values()))
    assert (printed(total), total.computed) == (801_320_064, "665,784,864")
    assert found["conv1"].causes[0].words == "for 224x224 instead of 227x227"
    assert found["conv3"].causes[0].words == PADDING
