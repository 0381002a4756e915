"""What the tests of the kernels share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from cnnanalyze.execute.kernels import INIT, RUN, Tally

Applied = tuple[np.ndarray[Any, Any], dict[str, np.ndarray[Any, Any]], Mapping[str, int]]
Apply = Callable[..., Applied]


@pytest.fixture
def apply() -> Apply:
    """Run one kernel in double precision; return output, tensors and counts of one image."""

    def applied(kind: str, *inputs: Any, **attributes: Any) -> Applied:
        generator = np.random.default_rng(7)

        def draw(shape: tuple[int, ...], fan: int = 1) -> np.ndarray[Any, Any]:
            return generator.uniform(0.5, 1.5, shape) / fan

        arrays = [np.asarray(x, np.float64) for x in inputs]
        make = INIT.get(kind)
        tensors = make(draw, [x.shape for x in arrays], **attributes) if make else {}
        tally = Tally()
        out = RUN[kind](tally, arrays, tensors, **attributes)
        return out, tensors, tally.per_image(len(arrays[0]))

    return applied


@pytest.fixture
def image() -> Callable[..., np.ndarray[Any, Any]]:
    """Make a batch of random numbers around zero."""

    def made(*shape: int) -> np.ndarray[Any, Any]:
        return np.random.default_rng(11).standard_normal(shape)

    return made
