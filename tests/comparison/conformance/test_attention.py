"""Attention that is written out in products is the layer kind, and nothing else is taken for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.comparison.conformance.normal_form import normal_form
from cnnanalyze.comparison.conformance.proof import conform
from cnnanalyze.testing import assert_conforms
from tests.witnesses.model_zoos import zoo

INPUT = "{cnn: 1, input: 7x12, layers: ["
KIND = "{attention: {heads: 3}}"
HEADS = "{rearrange: {pattern: 'n (h d) -> h n d', sizes: {h: 3}}}"
TURNED = "{rearrange: {pattern: 'n (h d) -> h d n', sizes: {h: 3}}}"
BACK = "{rearrange: 'h n d -> n (h d)'}, {conv: {filters: 12, kernel: 1}, as: last}"
FUSED = "{conv: {filters: 36, kernel: 1}, as: qkv}"


def part(channels: str, *steps: str, name: str, source: str = "qkv") -> str:
    return f"{{slice: {channels}, from: {source}}}, {', '.join(steps)[:-1]}, as: {name}}}"


WRITTEN: dict[str, list[str]] = {
    "queries scaled, keys turned": [
        FUSED,
        part("[0, 12]", "{scale: 0.5}", HEADS, name="q"),
        part("[12, 24]", TURNED, name="k"),
        part("[24, 36]", HEADS, name="v"),
        "{matmul: , from: [q, k]}",
        "{softmax: , as: w}",
        "{matmul: , from: [w, v]}",
        BACK,
    ],
    "products scaled, keys turned by the product": [
        FUSED,
        part("[0, 12]", HEADS, name="q"),
        part("[12, 24]", HEADS, name="k"),
        part("[24, 36]", HEADS, name="v"),
        "{matmul: {transpose_second: true}, from: [q, k]}",
        "{scale: 0.5}",
        "dropout",
        "{softmax: , as: w}",
        "{matmul: , from: [w, v]}",
        BACK,
    ],
    "all three laid out at once": [
        FUSED,
        "{rearrange: {pattern: 'n (t h d) -> t h n d', sizes: {t: 3, h: 3}}, as: all}",
        "{slice: {axis: 1, stop: 1}, from: all}, {rearrange: 't h n d -> (t h) n d', as: q}",
        "{slice: {axis: 1, start: 1, stop: 2}, from: all}",
        "{rearrange: 't h n d -> (t h) n d', as: k}",
        "{slice: {axis: 1, start: 2}, from: all}, {rearrange: 't h n d -> (t h) n d', as: v}",
        "{matmul: {transpose_second: true}, from: [q, k]}, {scale: 0.5}, {softmax: , as: w}",
        "{matmul: , from: [w, v]}",
        BACK,
    ],
    "three projections": [
        "{conv: {filters: 12, kernel: 1}, as: a}, {scale: 0.5}, " + f"{HEADS[:-1]}, as: q}}",
        f"{{conv: {{filters: 12, kernel: 1}}, from: input}}, {TURNED[:-1]}, as: k}}",
        f"{{conv: {{filters: 12, kernel: 1}}, from: input}}, {HEADS[:-1]}, as: v}}",
        "{matmul: , from: [q, k]}, {softmax: , as: w}, {matmul: , from: [w, v]}",
        BACK,
    ],
    "projections that stand before the layer": [
        "{conv: {filters: 12, kernel: 1}, as: a}",
        "{conv: {filters: 12, kernel: 1}, as: b, from: input}",
        "{conv: {filters: 12, kernel: 1}, as: c, from: input}",
        "{attention: {heads: 3, projections: false}, from: [a, b, c]}",
        "{conv: {filters: 12, kernel: 1}}",
    ],
}


@pytest.mark.parametrize("what", WRITTEN)
def test_attention_written_out_is_the_layer_kind(what: str) -> None:
    kind, written = (
        cnn.loads(f"{INPUT}{layers}]}}") for layers in (KIND, ", ".join(WRITTEN[what]))
    )
    assert [operation.name for operation in normal_form(written)] == [
        *["conv"] * 3,
        "attend",
        "conv",
    ]
    for found in (conform(kind, written), conform(written, kind)):
        assert found.holds, str(found)
    assert cnn.analyze(kind).total.parameters == cnn.analyze(written).total.parameters


PLAIN = ", ".join(WRITTEN["queries scaled, keys turned"])
OTHER = {
    "another factor": ("scale: 0.5", "scale: 0.25"),
    "numbers of heads between one another": ("n (h d) -> h n d", "n (d h) -> h n d"),
    "heads back in another order": ("h n d -> n (h d)", "h n d -> n (d h)"),
    "queries that are used elsewhere": ("as: last}", "as: last}, {concat: , from: [last, qkv]}"),
}


@pytest.mark.parametrize("what", OTHER)
def test_what_is_no_attention_is_not_taken_for_one(what: str) -> None:
    old, new = OTHER[what]
    assert old in PLAIN
    net = cnn.loads(f"{INPUT}{PLAIN.replace(old, new)}]}}")
    assert "attend" not in {operation.name for operation in normal_form(net)}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("{heads: 4}", "attention1: heads 4 in the spec, 3 in "),
        ("{heads: 3, bias: false}", "attention1: bias false in the spec, true in qkv of the model"),
        ("{heads: 3, output_bias: false}", "attention1: bias false in the spec, true in last of"),
    ],
)
def test_what_differs_in_an_attention_is_told(spec: str, said: str) -> None:
    model = PLAIN
    found = conform(cnn.loads(f"{INPUT}{{attention: {spec}}}]}}"), cnn.loads(f"{INPUT}{model}]}}"))
    assert str(found).startswith(said), str(found)


SAME = [
    ("vit_b_16", "torchvision", "vit_b_16"),
    ("vit_b_16", "timm", "vit_base_patch16_224"),
    ("deit_tiny", "timm", "deit_tiny_patch16_224"),
    ("swin_t", "torchvision", "swin_t"),
    ("swin_t", "timm", "swin_tiny_patch4_window7_224"),
]


def module(library: str, name: str) -> Any:
    found = zoo(library)
    import torch

    with torch.device("meta"):
        made = found.create_model(name) if library == "timm" else getattr(found.models, name)()
    return made.eval()


@pytest.mark.frameworks
@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("spec", "library", "name"), SAME)
def test_transformers_of_timm_and_torchvision_conform_to_the_zoo(
    spec: str, library: str, name: str
) -> None:
    found = cnn.check(f"zoo:{spec}", module(library, name))
    assert found.holds, str(found)


@pytest.mark.frameworks
@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")  # exporters announce each other's end
@pytest.mark.parametrize("dynamo", [True, False], ids=["dynamo", "script"])
def test_a_transformer_that_pytorch_exports_conforms(dynamo: bool, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    found = zoo("timm")
    import torch

    made = found.create_model("deit_tiny_patch16_224").eval()
    for parameter in made.parameters():  # equal ones would be merged
        torch.nn.init.normal_(parameter, std=0.02)
    path = tmp_path / "deit.onnx"
    words = {"external_data": False, "verbose": False} if dynamo else {}
    torch.onnx.export(made, (torch.zeros(1, 3, 224, 224),), str(path), dynamo=dynamo, **words)
    assert_conforms(path, "zoo:deit_tiny")
