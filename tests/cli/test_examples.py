"""What the help of a command shows as an example can be typed, in this order."""

from __future__ import annotations

import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.cli import COMMANDS
from cnnanalyze.cli.commands import EXAMPLES, make_command
from tests.exchange.weights.test_safetensors import stored, tensor
from tests.linting.networks import EVEN

pytestmark = pytest.mark.sampled(4)

SPECS = Path(__file__).parent.parent.parent / "specs"
FINDINGS = {
    "cnnanalyze lint",
    "cnnanalyze lint specs --select CV,NA001 -o lint.sarif",
    "cnnanalyze compare zoo:resnet18 zoo:resnet34 --fail-on-growth macs=5",
    "cnnanalyze grade zoo:first_course answers.csv",
    "cnnanalyze grade zoo:first_course answers -o class.html",
}
"""Those that end with 1: there is something to be found."""

MODELS = {"small.onnx": "model.onnx", "small.keras": "model.keras", "small.cfg": "yolov3-tiny.cfg"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the files that examples speak of."""
    (tmp_path / "net.yaml").write_text(EVEN + "budgets: {parameters: 1M}\n", encoding="utf-8")
    (tmp_path / "image.csv").write_text("3,0,1,2\n1,5,8,9\n2,7,2,5\n0,1,3,1\n", encoding="utf-8")
    if has_pillow():
        from PIL import Image

        Image.new("RGB", (31, 17), (200, 40, 30)).save(tmp_path / "cat.png")
    for folder in ("specs", "answers"):
        (tmp_path / folder).mkdir()
    shutil.copy(tmp_path / "net.yaml", tmp_path / "specs")
    for target in ("answers.csv", "answers/ann.csv"):
        shutil.copy(SPECS / "sheets" / "first_course.csv", tmp_path / target)
    samples = Path(__file__).parent.parent / "exchange" / "samples"
    for name, target in MODELS.items():
        shutil.copy(samples / name, tmp_path / target)
    cnn.export(tmp_path / "net.yaml", to="onnx").write(tmp_path / "net.onnx")
    weights = {
        "conv.weight": tensor(7, 3, 4, 4, end=1344),
        "conv.bias": tensor(7, begin=1344, end=1372),
    }
    stored(tmp_path / "net.safetensors", weights, numbers=1372)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return tmp_path


def has_pillow() -> bool:
    return find_spec("PIL") is not None


LONG = {"audit", "zoo"}
"""Commands whose examples read many networks."""


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    "command", [pytest.param(c, marks=[pytest.mark.thorough] * (c in LONG)) for c in COMMANDS]
)
def test_examples_of_a_command(run: Any, command: str) -> None:
    for line, _ in sys.modules[make_command(command).callback.__module__].EXAMPLES:
        if "--run-code" in line or ("--image cat.png" in line and not has_pillow()):
            continue  # such code needs PyTorch, pictures need pillow
        outcome = run(*shlex.split(line)[1:])
        assert "error" not in outcome.err, line
        assert outcome.code == (line in FINDINGS), line


def test_examples_of_the_whole(run: Any, place: Path) -> None:
    (place / "specs" / "net.yaml").write_text(EVEN, encoding="utf-8")
    for line, _ in EXAMPLES:
        if "--install-completion" in line:
            continue  # changes the files of a shell
        words = [w.replace("*", "net") for w in shlex.split(line)[1:]]
        assert run(*words).code in {0, 1}, line
