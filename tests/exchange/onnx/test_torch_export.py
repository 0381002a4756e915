"""PyTorch's export of torchvision's networks: parameters and operations are the module's."""

from __future__ import annotations

import io
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.exchange.onnx.network import convert
from cnnanalyze.exchange.onnx.read import parse
from tests.witnesses.model_zoos import zoo

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.thorough,
    pytest.mark.filterwarnings("ignore"),  # exporters announce each other's end
]


def exported(module: Any, *, dynamo: bool) -> cnn.Network:
    """Return the network of a module that PyTorch exports, as it is and with nothing folded."""
    import torch

    pytest.importorskip("onnxscript")
    file, image = io.BytesIO(), torch.zeros(1, 3, 224, 224)
    if dynamo:
        program = torch.onnx.export(
            module, (image,), dynamo=True, verbose=False, optimize=False, external_data=False
        )
        program.save(file, external_data=False)
    else:
        training = torch.onnx.TrainingMode.PRESERVE
        torch.onnx.export(
            module, (image,), file, dynamo=False, training=training, do_constant_folding=False
        )
    return convert(parse(memoryview(file.getvalue()))).network


@pytest.mark.parametrize("dynamo", [True, False], ids=["dynamo", "script"])
@pytest.mark.parametrize("name", ["resnet50", "vgg16", "mobilenet_v2"])
def test_exported_networks_of_torchvision_have_its_parameters_and_macs(
    name: str, dynamo: bool
) -> None:
    models = zoo("torchvision").models
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    module = getattr(models, name)(weights=None).eval()
    for parameter in module.parameters():  # equal ones would be merged, and zeros left out
        torch.nn.init.normal_(parameter, std=0.02)
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        module(torch.zeros(1, 3, 224, 224))
    total = cnn.analyze(exported(module, dynamo=dynamo)).total
    assert total.operations("mac") == counter.get_total_flops() // 2
    assert total.parameters == sum(parameter.numel() for parameter in module.parameters())
