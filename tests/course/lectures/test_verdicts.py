"""What becomes of every fact: the counts, and every error of the lectures with what made it."""

from __future__ import annotations

from collections import Counter

import pytest

from cnnanalyze.report.lecture_words import compared
from tests.course.lectures.lectures import FOLDER, IDS, examined, row

# Lecture: facts, those that hold, that are wrong, that are no numbers to compute.
COUNTS = {
    "000": (69, 61, 7, 1),
    "001": (87, 74, 9, 4),
    "002": (42, 35, 6, 1),
    "003": (98, 71, 11, 16),
    "004": (34, 28, 4, 2),
}

ONE_BIAS = "counted one bias for a whole layer instead of one for each filter or unit"

# Fact: printed, computed, the cause, what gives the printed number.
ERRATA = {
    "000-edge-window-text": ("-5", "-3", "garbled", "with the filter as it is"),
    "000-stride-cell-02": ("83", "88", "error", ""),
    "000-stride-cell-12": ("127", "117", "error", ""),
    "000-stride-7-3-2": (
        "91 100 83 / 69 91 127 / 44 72 74",
        "91 100 88 / 69 91 117 / 44 72 74",
        "error",
        "",
    ),
    "000-maxpool": ("2 3 / 3 2", "9 2 / 6 3", "garbled", ""),
    "000-156": ("156", "456", "error", "for an image of one channel"),
    "000-translation": ("yes", "no", "wording", ""),
    "001-frame-12": (
        "2",
        "-2",
        "error",
        "taken as it is from the filter 1 0 -1, while the other fifteen are negated",
    ),
    "001-edge-6x6": (
        "5 4 0 -8 / 10 2 2 -3 / 0 2 4 7 / 3 2 3 16",
        "5 4 0 -8 / 10 2 -2 -3 / 0 2 4 7 / 3 2 3 16",
        "error",
        "",
    ),
    "001-border": ("0", "1", "wording", ""),
    "001-stride-6-still": ("yes", "no", "wording", ""),
    "001-pool-filterdim": (
        "24, 64",
        "0, 0",
        "wording",
        "as if the listed filter held weights, one filter with a plane for each channel",
    ),
    "001-table-fc3": (
        "biases 1, parameters 48001",
        "biases 120, parameters 48,120",
        "error",
        ONE_BIAS,
    ),
    "001-table-fc4": (
        "biases 1, parameters 10081",
        "biases 84, parameters 10,164",
        "error",
        ONE_BIAS,
    ),
    "001-table-softmax": (
        "biases 1, parameters 841",
        "biases 10, parameters 850",
        "error",
        ONE_BIAS,
    ),
    "001-table-total": ("61,795", "62,006", "error", f"{ONE_BIAS}, in the dense layers"),
    "002-deriv-sign": (
        "3 6 12",
        "-3 -6 -12",
        "error",
        "with the filter laid on as it is, as libraries do",
    ),
    "002-blur": ("1", "9", "wording", "with the divisor that the filter lacks"),
    "002-sym": ("yes", "no", "wording", ""),
    "002-same": (
        "5",
        "7",
        "wording",
        "with no padding at all, the least with which the windows fit",
    ),
    "002-same-s2": (
        "3",
        "4",
        "wording",
        "with no padding at all, the least with which the windows fit",
    ),
    "002-rf-unique": ("3", "3, 4", "wording", "without rounding down"),
    "003-board-01": (
        "parameters 155.3M, MACs 41.1B",
        "parameters 112,908,531, MACs 30,079,049,697",
        "source",
        "of AmoebaNet-C",
    ),
    "003-board-03": (
        "parameters 86.7M, MACs 23.1B",
        "parameters 79,008,676, MACs 20,934,489,887",
        "source",
        "of AmoebaNet-A",
    ),
    "003-board-04": ("parameters 145.8M", "parameters 115,088,984", "source", ""),
    "003-board-06": (
        "parameters 84M, MACs 22.3B",
        "parameters 79,008,676, MACs 20,934,489,887",
        "source",
        "with 196 filters",
    ),
    "003-board-08": ("parameters 92M", "parameters 95,366,600", "source", ""),
    "003-board-15": ("MACs 11.75G", "MACs 13,155,794,016", "source", ""),
    "003-horiz-prev": (
        "0 0 0 0 / 30 10 -10 -30 / 30 10 -10 -30 / 0 0 0 0",
        "0 0 0 0 / 0 0 0 0 / 0 0 0 0 / 0 0 0 0",
        "garbled",
        "from the image of four quadrants",
    ),
    "003-logit": ("yes", "no", "wording", ""),
    "003-mb-18": ("output 7x7x1024", "output 4x4x1024", "error", "at stride 1"),
    "003-label2": (
        "221",
        "222",
        "error",
        "dropped the + 1 of the size formula (subtracted f instead of f - 1)",
    ),
    "003-pw1": ("1", "64", "wording", "with one filter"),
    "004-pad1-recall": ("7", "5", "wording", "for the padded input of 9"),
    "004-border": ("5x9x1", "9x9x1", "garbled", ""),
    "004-common-3": ("0, 1, 2, 3, 4, 5, 6, 7", "none", "wording", "on an odd width"),
    "004-pool-count": ("3", "2", "error", ""),
}


@pytest.mark.parametrize("name", IDS)
def test_counts_of_a_lecture(name: str) -> None:
    found = Counter(r.outcome for r in examined(name).rows)
    assert (found.total(), found["holds"], found["wrong"], found["not checked"]) == COUNTS[name]
    assert examined(name).is_fine


def test_there_are_all_facts_and_no_other_file() -> None:
    assert sorted(p.name for p in FOLDER.iterdir()) == [f"{name}.facts" for name in IDS]
    assert sum(len(examined(name).rows) for name in IDS) == 330


def test_every_error_is_found_and_no_other() -> None:
    assert {r.fact.id for name in IDS for r in examined(name).rows if r.outcome == "wrong"} == set(
        ERRATA
    )


@pytest.mark.parametrize("name", ERRATA)
def test_error_of_a_lecture(name: str) -> None:
    found = row(name)
    shown = (*compared(found), found.fact.cause, "; ".join(found.causes))
    assert shown == ERRATA[name]
    assert found.fact.reason


@pytest.mark.parametrize("name", IDS)
def test_what_is_not_checked_says_why(name: str) -> None:
    for found in examined(name).rows:
        assert (found.outcome == "not checked") == bool(found.fact.unchecked)
        assert (found.computed is None) == bool(found.fact.unchecked)
