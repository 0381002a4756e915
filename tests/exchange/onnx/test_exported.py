"""Files as exporters write them: parameters, operations and outputs are those of the module."""

from __future__ import annotations

import gzip
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.exchange.onnx.network import Converted, convert
from cnnanalyze.exchange.onnx.read import parse

FOLDER = Path(__file__).parent / "exported"
ORACLE: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "oracle.toml").read_text("utf-8"))
OF_PYTORCH = [name for name, said in ORACLE.items() if "macs" in said]
UNFOLDED = [name for name in OF_PYTORCH if "__dynamo" in name or "vit" in name]


@cache
def converted(name: str) -> Converted:
    """Return the network of a file."""
    data = gzip.decompress((FOLDER / name).read_bytes())
    return convert(parse(memoryview(data)), file=name.removesuffix(".gz"))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", OF_PYTORCH)
def test_exported_files_cost_what_the_module_costs(name: str) -> None:
    total = cnn.analyze(converted(name).network).total
    assert total.operations("mac") == ORACLE[name]["macs"]
    assert total.stored == ORACLE[name]["floats"]
    assert total.complete


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", UNFOLDED)
def test_exported_files_with_their_batch_norms_have_the_parameters_of_the_module(name: str) -> None:
    assert cnn.analyze(converted(name).network).total.parameters == ORACLE[name]["parameters"]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", OF_PYTORCH)
def test_exported_files_give_what_the_module_gives(name: str) -> None:
    outputs = [list(one.extents[1:]) for one in converted(name).outputs.values()]
    assert outputs == ORACLE[name]["outputs"]


def test_keras_network_that_was_exported_moves_no_numbers() -> None:
    """All of its 167 transpositions are views."""
    network = converted("keras__EfficientNetB0__real.onnx.gz").network
    moves = {"permute", "rearrange", "reshape", "flatten", "gather", "slice"}
    assert [node.id for node in network if node.kind in moves] == []
    assert str(network.input) == "224x224x3"


def test_batch_norms_that_are_written_out_are_told() -> None:
    """EfficientNet-B0 has 49 of them in Keras, and one normalisation in front."""
    notes = converted("keras__EfficientNetB0__real.onnx.gz").notes
    assert notes == ("batch norms that are written out, a layer for each step: 49",)


@pytest.mark.parametrize(("exporter", "dropped"), [("dynamo", 1000), ("script", 0)])
def test_windows_of_swin_have_the_cost_of_the_module(exporter: str, dropped: int) -> None:
    """timm: 28,288,354 parameters; PyTorch: 4,490,566,656 multiply-accumulates.

    Exporters spread tables of relative positions out: 138 heads in all have 49² numbers each, and
    had 13². One of them leaves a bias of zeros out, as that of a module that was not trained.
    """
    found = converted(f"timm__swin_tiny_patch4_window7_224__{exporter}.onnx.gz")
    total = cnn.analyze(found.network).total
    spread = 138 * (49**2 - 13**2)
    assert total.complete
    assert total.operations("mac") == 4_490_566_656
    assert total.parameters == 28_288_354 + spread - dropped
    assert total.stored - total.parameters == (64 + 16 + 3 * 4) * 49**2  # masks
    assert found.notes == (
        "masks of attention are numbers that no training changes (5 times)",
        (
            "biases of attention have a number for each pair of places: if the module takes them "
            f"from tables of relative positions, it has {spread:,} parameters fewer"
        ),
    )


def test_shuffles_of_channels_are_recognised() -> None:
    network = converted("tv__shufflenet_v2_x0_5__real.onnx.gz").network
    kinds = [node.kind for node in network]
    assert kinds.count("channel_shuffle") == 16
    assert not {"rearrange", "permute", "reshape"}.intersection(kinds)


def test_layers_are_named_by_the_modules_whose_weights_they_hold() -> None:
    network = converted("timm__legacy_seresnet18__dynamo.onnx.gz").network
    assert [node.id for node in network][:2] == ["layer0.conv1", "layer0.bn1"]
    assert str(network["layer0.bn1"].mark).startswith("timm__legacy_seresnet18__dynamo.onnx:")


def test_a_graph_that_exporters_name_alike_has_the_name_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "shuffle.onnx"
    name = "tv__shufflenet_v2_x0_5__real.onnx.gz"
    path.write_bytes(gzip.decompress((FOLDER / name).read_bytes()))
    assert cnn.load(path).name == "shuffle"


@pytest.mark.parametrize(
    "name",
    [
        "tv__shufflenet_v2_x0_5__real.onnx.gz",
        "timm__mixnet_s__real.onnx.gz",
        "timm__res2net50_14w_8s__real.onnx.gz",
    ],
)
def test_batch_norms_that_are_folded_are_told_with_what_the_module_has_more(name: str) -> None:
    made = converted(name)
    more = ORACLE[name]["parameters"] - cnn.analyze(made.network).total.parameters
    assert more > 0
    assert made.notes == (
        f"batch norms are folded into convolutions: the module has {more:,} parameters more",
    )
