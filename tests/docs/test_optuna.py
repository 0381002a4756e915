"""The loop of Optuna in the guide works as it is written, and keeps its limits."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cnnanalyze as cnn

GUIDE = Path(__file__).parent.parent.parent / "docs" / "guides" / "sweep.md"
pytestmark = pytest.mark.frameworks


def test_the_loop_of_the_guide_finds_networks_within_its_limits() -> None:
    pytest.importorskip("optuna", reason="optuna is not installed")
    (program,) = re.findall(
        r"^```py\n(import optuna.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    found = [line.partition("} [") for line in done.stdout.splitlines()]
    assert found
    for settings, _, values in found:
        total = cnn.analyze("zoo:mobilenet_v2", settings=ast.literal_eval(f"{settings}}}")).total
        macs, parameters = ast.literal_eval(f"[{values}")
        assert (macs, parameters) == (total.operations("mac"), total.parameters)
        assert macs <= 100_000_000
        assert 4 * total.live <= 2_000_000
