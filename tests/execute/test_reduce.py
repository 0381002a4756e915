"""Reduction on arrays, beside NumPy's own functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError

METHODS: dict[str, Callable[..., Any]] = {
    "mean": np.mean,
    "sum": np.sum,
    "max": np.max,
    "min": np.min,
    "var": np.var,
    "l2": np.linalg.norm,
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("axes", "numbers"),
    [("channels", -1), ("width", 2), (1, 1), (("width", "height"), (1, 2)), ("positions", (1, 2))],
)
@pytest.mark.parametrize("keep", [True, False])
def test_values(method: str, axes: Any, numbers: Any, keep: bool, apply: Any, image: Any) -> None:
    if axes == "channels" and not keep:
        with pytest.raises(ExecutionError, match="the channels cannot be dropped"):
            apply("reduce", image(2, 5, 7, 3), axes=axes, method=method, keep=keep)
        return
    x = image(2, 5, 7, 3)
    out, _, counts = apply("reduce", x, axes=axes, method=method, keep=keep)
    np.testing.assert_allclose(out, METHODS[method](x, axis=numbers, keepdims=keep))
    assert counts["add"] + counts["compare"] >= x[0].size - out[0].size
