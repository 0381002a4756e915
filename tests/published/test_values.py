"""Networks of ``specs/`` with the weights of a framework's own model: the same outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnanalyze as cnn
from cnnanalyze.execute.run import infer
from tests.conftest import SPECS
from tests.witnesses.model_zoos import zoo
from tests.witnesses.weights import prepare, steps

pytestmark = pytest.mark.frameworks

# The spec, the model of timm, and the layer that has its output.
MODELS = (
    ("coatnet_0", "coatnet_0_224", "head2"),
    ("hrnet_w18", "hrnet_w18", "classifier"),
    ("dla34", "dla34", "fc"),
    ("ghostnet", "ghostnet_100", "fc"),
    ("mobilenet_v4_conv_small", "mobilenetv4_conv_small", "fc"),
)


def image(torch: Any, side: int) -> Any:
    torch.manual_seed(11)
    return torch.rand(1, 3, side, side, dtype=torch.float64)


@pytest.mark.parametrize(("spec", "name", "output"), MODELS)
def test_outputs_are_those_of_timm(spec: str, name: str, output: str) -> None:
    timm = zoo("timm")
    import torch

    model = prepare(torch, timm.create_model(name))
    network = cnn.load(SPECS / f"{spec}.yaml")
    x = image(torch, 224)
    with torch.no_grad():
        laid = steps(network, model, x)
        expected = model(x)[0].numpy()
    found = infer(laid, x[0].permute(1, 2, 0).numpy(), [output])[output]
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9 * np.abs(expected).max())


def test_outputs_are_those_of_ultralytics() -> None:
    tasks = pytest.importorskip("ultralytics.nn.tasks", reason="ultralytics is not installed")
    import torch

    model = prepare(torch, tasks.DetectionModel("yolov8n.yaml", verbose=False))
    network = cnn.load(SPECS / "yolov8n.yaml", settings={"resolution": 96})
    x = image(torch, 96)
    with torch.no_grad():
        laid = steps(network, model, x)
        raw = model(x)[1]
        distances = model.model[-1].dfl(raw["boxes"])[0].numpy()
        expected = np.concatenate([distances, raw["scores"][0].sigmoid().numpy()])
    maps = infer(laid, x[0].permute(1, 2, 0).numpy(), network.outputs)
    found = np.concatenate([maps[name].reshape(-1, 84).T for name in network.outputs], axis=1)
    assert found.shape == (84, 12 * 12 + 6 * 6 + 3 * 3)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
