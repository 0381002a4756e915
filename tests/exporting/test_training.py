"""The guide's how-to: a model is generated from a spec, and trained for ten steps."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import cnnanalyze as cnn

pytest.importorskip("torch", reason="nothing was trained: torch is not installed")
pytestmark = pytest.mark.frameworks

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "export.md"


def test_ten_steps_of_training_bring_the_loss_down(tmp_path: Path) -> None:
    text = GUIDE.read_text("utf-8")
    for name in ("net.yaml", "train.py"):
        found = re.search(
            rf"^`{re.escape(name)}`:\n\n```\w+\n(.*?)^```$", text, re.DOTALL | re.MULTILINE
        )
        assert found, name
        (tmp_path / name).write_text(found[1])
    cnn.export(tmp_path / "net.yaml").write(tmp_path / "small_residual_net.py")
    done = subprocess.run(
        [sys.executable, "train.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    losses = [float(loss) for loss in re.findall(r"loss (\d+\.\d+)", done.stdout)]
    assert len(losses) == 10
    assert losses[-1] < losses[0]
