"""ResNet's relatives in ``specs/``: published numbers to the last digit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from tests.published.totals import assert_totals

SPECS = Path(__file__).parents[2] / "specs"

# Learnable parameters and multiply-accumulates of convolution and dense layers for one image. The
# models of the tools named were instantiated and counted.
PUBLISHED: tuple[tuple[str, dict[str, Any], int, int, str], ...] = (
    ("resnext50_32x4d", {}, 25_028_904, 4_230_479_872, "torchvision 0.29.2"),
    # The second figure is ResNeXt-50's and that of 17 units more in stage 3.
    ("resnext101_32x4d", {}, 44_177_704, 7_969_996_800, "osmr/imgclsmob; MACs by hand"),
    ("resnext101_64x4d", {}, 83_455_272, 15_460_270_080, "torchvision 0.29.2"),
    ("resnext101_64x4d", {"resolution": 320}, 83_455_272, 31_549_440_000, "torchvision 0.29.2"),
    ("wide_resnet50_2", {}, 68_883_240, 11_398_021_120, "torchvision 0.29.2"),
    ("senet154", {}, 115_088_984, 20_688_363_520, "timm legacy_senet154"),
    ("senet154", {"resolution": 320}, 115_088_984, 42_212_171_776, "timm legacy_senet154"),
    ("resnet50_v1d", {}, 25_576_264, 4_328_824_832, "timm resnet50d"),
    ("resnet101_v1d", {}, 44_568_392, 8_041_046_016, "timm resnet101d"),
    ("resnet152_v1d", {}, 60_212_040, 11_753_267_200, "timm resnet152d"),
    ("resnet50_v2", {}, 25_568_360, 3_482_255_360, "Keras ResNet50V2"),
    ("resnet101_v2", {}, 44_577_896, 7_194_476_544, "Keras ResNet101V2"),
    ("resnet152_v2", {}, 60_236_904, 10_906_697_728, "Keras ResNet152V2"),
    ("pyramidnet200_alpha300", {}, 62_368_168, 16_550_501_282, "dyhan0920/PyramidNet-PyTorch"),
    (
        "pyramidnet200_alpha300",
        {"resolution": 320},
        62_368_168,
        33_775_017_800,
        "dyhan0920/PyramidNet-PyTorch",
    ),
    ("pyramidnet200_alpha450", {}, 116_775_213, 29_196_815_629, "dyhan0920/PyramidNet-PyTorch"),
    (
        "pyramidnet200_alpha450",
        {"resolution": 320},
        116_775_213,
        59_583_198_100,
        "dyhan0920/PyramidNet-PyTorch",
    ),
    ("dpn131", {}, 79_254_504, 16_013_648_896, "timm dpn131"),
    ("dpn131", {"resolution": 320}, 79_254_504, 32_678_118_400, "timm dpn131"),
    ("polynet", {}, 95_366_600, 34_699_493_472, "Cadene polynet"),
    ("regnet_y_400mf", {}, 4_344_144, 401_842_848, "torchvision 0.29.2"),
    ("regnet_y_3_2gf", {}, 19_436_338, 3_176_482_752, "torchvision 0.29.2"),
)

# Receptive field, effective stride and effective padding. Where nothing else is said they were
# counted on the model of the tool; with numbers as padding they hold at every resolution.
FIELDS: tuple[tuple[str, str, tuple[int, int, int], str], ...] = (
    ("resnext50_32x4d", "stage4", (427, 32, 213), "torchvision"),
    ("resnext101_64x4d", "stage4", (971, 32, 485), "torchvision, timm"),
    ("wide_resnet50_2", "stage4", (427, 32, 213), "torchvision"),
    ("senet154", "stage4", (1455, 32, 725), "timm legacy_senet154"),
    ("resnet50_v1d", "stage4", (431, 32, 215), "timm resnet50d"),
    ("resnet152_v1d", "stage4", (1455, 32, 727), "timm resnet152d"),
    ("resnet50_v2", "stage3", (291, 32, 145), "google-research/receptive_field at 321"),
    ("resnet50_v2", "stage4", (483, 32, 241), "google-research/receptive_field at 321"),
    ("resnet101_v2", "stage4", (1027, 32, 513), "google-research/receptive_field at 321"),
    ("resnet152_v2", "stage4", (1507, 32, 753), "google-research/receptive_field at 321"),
    ("dpn131", "conv5", (1203, 32, 601), "timm dpn131"),
    ("polynet", "C5", (5591, 32, 2758), "pytorchcv polynet"),
    ("regnet_y_400mf", "stage4", (575, 32, 287), "torchvision"),
    ("regnet_y_3_2gf", "stage4", (519, 32, 259), "torchvision"),
)

# Widths and numbers of units that the design spaces give: RegNetY in torchvision, PyramidNet's last
# feature map in its PyTorch version.
STAGES: tuple[tuple[str, dict[str, int], dict[str, int]], ...] = (
    (
        "regnet_y_400mf",
        {"stage1": 48, "stage2": 104, "stage3": 208, "stage4": 440},
        {"stage1": 1, "stage2": 3, "stage3": 6, "stage4": 6},
    ),
    (
        "regnet_y_3_2gf",
        {"stage1": 72, "stage2": 216, "stage3": 576, "stage4": 1512},
        {"stage1": 2, "stage2": 5, "stage3": 13, "stage4": 1},
    ),
    ("pyramidnet200_alpha300", {"stage4": 1456}, {"stage2": 24, "stage3": 36}),
    ("pyramidnet200_alpha450", {"stage4": 2056}, {"stage2": 24, "stage3": 36}),
)


def spec(name: str) -> Path:
    return SPECS / f"{name}.yaml"


@pytest.mark.parametrize(
    ("name", "settings", "parameters", "macs"),
    [pytest.param(n, s, p, m, id=f"{n} {s or ''} {source}") for n, s, p, m, source in PUBLISHED],
)
def test_totals_are_the_published_ones(
    name: str, settings: dict[str, Any], parameters: int, macs: int
) -> None:
    assert_totals(name, settings, parameters, macs)


@pytest.mark.parametrize(
    ("name", "layer", "expected"),
    [pytest.param(n, la, e, id=f"{n} {la} {source}") for n, la, e, source in FIELDS],
)
def test_receptive_fields_are_the_published_ones(
    name: str, layer: str, expected: tuple[int, int, int]
) -> None:
    facts = cnn.analyze(spec(name)).analysis.group(layer)[-1]
    assert facts.fields
    for field in facts.fields:
        first = field.local.at(0)
        assert first
        assert (field.local.size, int(field.local.rate), -first[0]) == expected


@pytest.mark.parametrize(("name", "widths", "units"), STAGES)
def test_stages_follow_from_the_design_space(
    name: str, widths: dict[str, int], units: dict[str, int]
) -> None:
    analysis = cnn.analyze(spec(name)).analysis
    assert {s: analysis.group(s)[-1].output.channels for s in widths} == widths
    joins = {s: sum(facts.node.kind == "add" for facts in analysis.group(s)) for s in units}
    assert joins == units


@pytest.mark.parametrize(
    ("name", "layer", "expected"),
    [
        ("resnext50_32x4d", "stage4", True),
        ("senet154", "stage4", True),
        ("dpn131", "conv5", True),
        ("polynet", "C5", True),
        ("regnet_y_3_2gf", "stage4", True),
        # A 2x2 pool on the shortcut lies half a pixel beside the 3x3 convolution with stride 2.
        ("resnet50_v1d", "stage1", True),
        ("resnet50_v1d", "stage2", False),
        ("resnet152_v1d", "stage4", False),
        ("pyramidnet200_alpha300", "stage4", False),
    ],
)
def test_paths_are_aligned_where_the_tools_say_so(name: str, layer: str, expected: bool) -> None:
    assert cnn.analyze(spec(name)).analysis.group(layer)[-1].aligned is expected


def test_polynet_shares_the_convolutions_of_a_poly_3_and_nothing_else() -> None:
    report = cnn.analyze(spec("polynet"))
    shared = [facts.node for facts in report if facts.node.share is not None]
    # 15 units, of whose four convolutions the second and the third F use those of the first.
    assert len(shared) == 15 * 2 * 4
    assert {node.kind for node in shared} == {"conv"}
    again = sum(p.size for node in shared for p in node.layer.params(*node.input_shapes))
    # The sum over the modules of Cadene's model as often as each is called.
    assert report.total.parameters + again == 120_782_280
