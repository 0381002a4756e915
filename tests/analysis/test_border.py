"""The far border: which last windows hang over, against what PyTorch 2.13 puts out."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.border import overhangs

CASES = [
    # size, pool, output of PyTorch 2.13, indices by which the last window hangs over
    ("3x6x5x2", "{kernel: 3, padding: 1, ceil_mode: true}", (2, 3, 2), (1, 1, 0)),
    ("7x11x2", "{kernel: 2, ceil_mode: true}", (4, 6), (1, 1)),
    ("7x11x2", "{kernel: 2}", (3, 5), (0, 0)),
    ("7x13x2", "{kernel: 3, stride: 2, ceil_mode: true}", (3, 6), (0, 0)),
    ("5x11x2", "{kernel: 3, padding: same}", (2, 4), (0, 0)),
]


@pytest.mark.parametrize(("size", "pool", "output", "over"), CASES)
def test_what_hangs_over(
    size: str, pool: str, output: tuple[int, ...], over: tuple[int, ...]
) -> None:
    report = cnn.analyze(cnn.loads(f"{{cnn: 1, input: {size}, layers: [{{maxpool: {pool}}}]}}"))
    assert report["maxpool1"].output.size == output
    assert overhangs(report["maxpool1"]) == over


def test_layers_without_windows_have_no_border() -> None:
    report = cnn.analyze(cnn.loads("{cnn: 1, input: 5x7x2, layers: [relu, gap]}"))
    assert [overhangs(facts) for facts in report] == [(), ()]
