"""The work of the rules grows no faster than n log n in the layers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cnnanalyze.errors import Source
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import Settings, SettingsSource
from tests.strategies.growing import SHAPES, check_growth

pytestmark = pytest.mark.sampled(13)

EVERYTHING = Settings(caller=SettingsSource("the test", Level(select=("ALL",))))


def norms(n: int) -> str:
    """Return biases that norms take away, each in a block of its own."""
    conv = "conv: {filters: 3, kernel: 3, padding: same}"
    blocks = "".join(f"  b{i}: {{layers: [{{{conv}}}, bn, relu]}}\n" for i in range(n))
    steps = "".join(f"  - b{i}\n" for i in range(n))
    return f"cnn: 1\ninput: 7x5x3\nblocks:\n{blocks}layers:\n{steps}"


@pytest.mark.parametrize("text", [*SHAPES.values(), norms], ids=lambda f: f.__name__)
def test_linting(text: Callable[[int], str]) -> None:
    def measured(n: int) -> Callable[[], object]:
        source = Source("net.yaml", text(n))
        return lambda: lint_source(source, None, EVERYTHING)

    measured(64)()
    check_growth(measured)
