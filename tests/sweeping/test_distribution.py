"""Distributions: shares of points, whoever adds them in which parts, and files of errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnanalyze.errors import SpecError
from cnnanalyze.sweeping import distribution as distributions
from cnnanalyze.sweeping.distribution import Distribution, Errors, read_errors

VALUES = np.random.default_rng(5).integers(0, 1000, 997)


def spread(*sizes: int) -> Distribution:
    found = Distribution("MACs", "net")
    points, at = np.arange(len(VALUES)), 0
    for size in (*sizes, len(VALUES) - sum(sizes)):
        found.add(points[at : at + size], VALUES[at : at + size])
        at += size
    return found


def test_shares_and_quantiles_are_those_of_all_numbers() -> None:
    found = spread(100, 333)
    assert found.count == 997
    ordered = sorted(VALUES.tolist())
    for k in (1, 250, 499, 750, 997):
        assert found.quantile(k / 997) == ordered[k - 1]
        assert found.share(ordered[k - 1]) == sum(v <= ordered[k - 1] for v in ordered) / 997
    assert (found.quantile(0), found.quantile(1)) == (ordered[0], ordered[-1])


def test_those_kept_by_lot_are_the_same_however_points_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(distributions, "MOST", 50)
    at_once, one_by_one = spread(), spread(*[7] * 100)
    assert at_once.count == one_by_one.count == 997
    assert len(at_once.points) == 50
    assert sorted(at_once.points.tolist()) == sorted(one_by_one.points.tolist())
    assert sorted(at_once.values.tolist()) == sorted(one_by_one.values.tolist())
    assert abs(at_once.share(500) - 0.5) < 0.25


def test_errors_are_read_by_point(tmp_path: Path) -> None:
    path = tmp_path / "errors.csv"
    path.write_text("id,width,error\n3,0.5,27.25\n\n11,0.75,25\n")
    assert read_errors(path) == Errors("error", {3: 27.25, 11: 25.0})
    path.write_text("top1,id\n71.5,3\n")
    assert read_errors(path) == Errors("top1", {3: 71.5})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: error: the first line must name the column 'id' and one more"),
        ("point,error\n1,2\n", "1:1: error: the first line must name the column 'id' and one more"),
        ("id\n1\n", "1:1: error: the first line must name the column 'id' and one more"),
        ("id,error\n1,2\n2,x\n", "3:1: error: '2,x' is no point and its number"),
        ("id,error\n7\n", "2:1: error: '7' is no point and its number"),
        ("id,error\n7,nan\n", "2:1: error: point 7 has the number nan, which is none"),
        ("id,error\n7,1\n7,2\n", "3:1: error: point 7 is there twice: 1 and 2"),
        ("id,error\n", "1:1: error: no point has a number"),
    ],
)
def test_what_is_wrong_with_errors_is_told_at_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "errors.csv"
    path.write_text(text)
    with pytest.raises(SpecError) as caught:
        read_errors(path)
    assert f"errors.csv:{message}" in str(caught.value)
