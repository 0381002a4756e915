"""Code that makes PyTorch modules: run on demand, with the shapes that are given."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import cnnanalyze as cnn
from cnnanalyze.exchange.torch.factory import run_factory
from tests.conftest import Run
from tests.witnesses.model_zoos import zoo

pytest.importorskip("torch", reason="torch is not installed")
pytestmark = pytest.mark.frameworks
CODE = """
from torch import nn

def small():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())

made = small()
"""


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder with a module of Python the current one."""
    (tmp_path / "torch_nets.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    sys.modules.pop("torch_nets", None)


@pytest.mark.usefixtures("code")
@pytest.mark.parametrize("name", ["small", "made"])
def test_a_function_or_what_is_there_becomes_a_spec(name: str, run: Run) -> None:
    outcome = run("import", f"torch_nets:{name}", "--run-code", "--input", "x=3x9x7")
    assert outcome.out == (
        f"cnn: 1\nname: {name}\ninput: 9x7x3\nlayers:\n"
        "  - conv: {filters: 4, kernel: 3}\n  - relu\n"
    )


@pytest.mark.usefixtures("code")
def test_what_goes_in_has_to_be_said(run: Run) -> None:
    outcome = run("import", "torch_nets:small", "--run-code")
    assert outcome.code == 2
    assert outcome.err == (
        "error: torch_nets:small does not say what goes in\n"
        "  help: give the shape, without the batch: --input x=3x224x224\n"
    )


def test_a_model_of_ultralytics_is_made_of_its_description(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from torch import nn

    class Described:
        def __init__(self, file: str) -> None:
            assert file == "models/tiny-p2.yaml"
            self.model = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.SiLU())

    monkeypatch.setitem(sys.modules, "ultralytics", SimpleNamespace(YOLO=Described))
    net = run_factory("ultralytics:models/tiny-p2.yaml")
    assert (net.name, str(net.nodes[-1].output)) == ("tiny-p2", "320x320x4")


@pytest.mark.thorough
def test_yolov8_of_ultralytics_costs_what_the_zoos_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOLO_OFFLINE", "1")
    zoo("torchvision")
    pytest.importorskip("ultralytics", reason="ultralytics is not installed")
    found = cnn.analyze(run_factory("ultralytics:yolov8n.yaml")).total
    assert found.operations("mac") == cnn.analyze("zoo:yolov8n").total.operations("mac")


def test_a_model_of_timm_knows_what_goes_in() -> None:
    zoo("timm")
    net = run_factory("timm:resnet18")
    assert cnn.check("zoo:resnet18", net).holds
