"""What the rules of shapes advise, beside what their cases show."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("step", "advises_ceil_mode"),
    [("maxpool: 2", True), ("conv: {filters: 8, kernel: 2, stride: 2}", False)],
)
def test_only_a_max_pool_can_be_rounded_up(lint: Any, step: str, advises_ceil_mode: bool) -> None:
    (finding,) = lint(f"cnn: 1\ninput: 32x33x3\nlayers:\n- {step}\n", "SH006").findings
    assert finding.message == "kernel 2 with stride 2 never reads the last one of width 33"
    assert ("ceil_mode: true" in finding.help) == advises_ceil_mode
