"""What is said of a run that was compared with the rules."""

from __future__ import annotations

from cnnanalyze.crosscheck.result import Balance, Discrepancy
from cnnanalyze.errors import ExecutionError
from cnnanalyze.report.verification import conclude, describe

UNEQUAL = Balance(
    "net",
    3,
    (("shape", 3), ("parameters", 5)),
    (Discrepancy("conv1", "parameters", "bias", "7", "5"),),
    remarks=("conv9: nobody knows",),
)


def test_a_discrepancy_shows_both_entries() -> None:
    assert list(describe(UNEQUAL)) == [
        "✗ net: 3 layers, 8 entries (shape 3, parameters 5), 1 differ",
        "    conv1: parameters (bias)",
        "        by rule   7",
        "        observed  5",
        "    not checked: conv9: nobody knows",
    ]


def test_nothing_is_called_balanced_where_nothing_was_verified() -> None:
    assert conclude([], [ExecutionError("too large")] * 3) == (
        "3 networks not verified, and none verified"
    )


def test_the_conclusion_names_what_is_wrong() -> None:
    assert conclude([UNEQUAL], [ExecutionError("too large")]) == (
        "1 network, 3 layers, 8 entries, 0 claims: not balanced: net; 1 not verified"
    )
