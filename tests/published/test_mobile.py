"""MobileNetV2 and V3, EfficientNet, and other small networks: published numbers, exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.periodic_field import PeriodicField
from tests.published.totals import assert_totals

SPECS = Path(__file__).parents[2] / "specs"
TORCHVISION = "torchvision 0.29.2"

# Learnable parameters and multiply-accumulates for one image. Where a tool is named, its model was
# instantiated and counted; otherwise the layers of the source were.
PUBLISHED: tuple[tuple[str, dict[str, Any], int, int, str], ...] = (
    ("mobilenet_v2", {}, 3_504_872, 300_774_272, TORCHVISION),
    ("mobilenet_v3_large", {}, 5_483_032, 216_589_760, TORCHVISION),
    ("mobilenet_v3_small", {}, 2_542_856, 56_510_400, TORCHVISION),
    ("efficientnet_b0", {}, 5_288_548, 385_814_752, TORCHVISION),
    ("efficientnet_b1", {}, 7_794_184, 686_802_832, TORCHVISION),
    ("efficientnet_b2", {}, 9_109_994, 1_087_529_456, TORCHVISION),
    ("efficientnet_b2", {"resolution": 260}, 9_109_994, 993_561_872, "Keras EfficientNetB2"),
    ("efficientnet_b3", {}, 12_233_232, 1_827_141_392, TORCHVISION),
    ("efficientnet_b4", {}, 19_341_616, 4_393_771_024, TORCHVISION),
    ("efficientnet_b5", {}, 30_389_784, 10_266_384_752, TORCHVISION),
    ("efficientnet_b6", {}, 43_040_704, 19_067_593_536, TORCHVISION),
    ("efficientnet_b7", {}, 66_347_960, 37_745_884_192, TORCHVISION),
    ("efficientnet_v2_s", {}, 21_458_488, 8_365_617_152, TORCHVISION),
    ("mnasnet1_0", {}, 4_383_312, 314_415_872, TORCHVISION),
    ("mnasnet1_0", {"width": 0.5}, 2_218_512, 104_455_968, TORCHVISION),
    ("mnasnet1_0", {"width": 0.75}, 3_170_208, 215_493_104, TORCHVISION),
    ("mnasnet1_0", {"width": 1.3}, 6_282_256, 526_362_432, TORCHVISION),
    ("squeezenet1_0", {}, 1_248_424, 818_924_576, TORCHVISION),
    (
        "squeezenet1_0",
        {"resolution": 227, "padding": 1},
        1_248_424,
        861_339_936,
        "DeepScale/SqueezeNet v1.0, deploy",
    ),
    ("squeezenet1_1", {}, 1_235_496, 349_151_936, TORCHVISION),
    (
        "squeezenet1_1",
        {"resolution": 227},
        1_235_496,
        387_747_520,
        "DeepScale/SqueezeNet v1.1, deploy",
    ),
    ("shufflenet_v2_x1_0", {}, 2_278_604, 144_907_992, TORCHVISION),
    ("shufflenet_v2_x1_0", {"width": 48}, 1_366_792, 40_476_448, TORCHVISION),
    ("shufflenet_v2_x1_0", {"width": 176}, 3_503_624, 295_759_392, TORCHVISION),
    ("shufflenet_v2_x1_0", {"width": 244, "last": 2048}, 7_393_996, 583_253_464, TORCHVISION),
    ("convnext_tiny", {}, 28_589_128, 4_455_531_264, TORCHVISION),
    ("convnext_tiny", {"depths": [3, 3, 27, 3]}, 50_223_688, 8_683_712_256, TORCHVISION),
    (
        "convnext_tiny",
        {"depths": [3, 3, 27, 3], "width": 128},
        88_591_464,
        15_354_729_472,
        TORCHVISION,
    ),
    (
        "convnext_tiny",
        {"depths": [3, 3, 27, 3], "width": 192},
        197_767_336,
        34_361_433_600,
        TORCHVISION,
    ),
    (
        "convnext_tiny",
        {"depths": [3, 3, 27, 3], "width": 256},
        350_196_968,
        60_921_030_656,
        "Keras ConvNeXtXLarge",
    ),
)

# Receptive field, effective stride and effective padding along both axes, counted on torchvision's
# models; what comes through a squeeze, which sees the whole map, is left aside.
FIELDS: tuple[tuple[str, str, tuple[int, int, int]], ...] = (
    ("mobilenet_v2", "conv2", (491, 32, 245)),
    ("mobilenet_v3_large", "conv2", (595, 32, 297)),
    ("mobilenet_v3_small", "conv2", (639, 32, 319)),
    ("efficientnet_b0", "stage9", (851, 32, 425)),
    ("efficientnet_b7", "stage9", (3079, 32, 1539)),
    ("efficientnet_v2_s", "stage7", (1487, 32, 743)),
    ("mnasnet1_0", "conv2", (843, 32, 421)),
    ("squeezenet1_0", "fire9", (155, 16, 60)),
    ("squeezenet1_1", "fire9", (207, 16, 88)),
    ("shufflenet_v2_x1_0", "conv5", (527, 32, 263)),
    ("convnext_tiny", "stage4", (1688, 32, 828)),
)

# Trainable, and the statistics of batch normalisation (Keras calls them non-trainable).
KERAS = (
    ("mobilenet_v2", 3_504_872, 34_112),
    ("mobilenet_v3_large", 5_483_032, 24_400),
    ("mobilenet_v3_small", 2_542_856, 12_112),
    ("efficientnet_v2_s", 21_458_488, 153_872),
    ("convnext_tiny", 28_589_128, 0),
)

# Width, depth and resolution as in torchvision; Keras takes B2 at 260.
SCALING = (
    ("efficientnet_b1", 1.0, 1.1, 240),
    ("efficientnet_b2", 1.1, 1.2, 288),
    ("efficientnet_b3", 1.2, 1.4, 300),
    ("efficientnet_b4", 1.4, 1.8, 380),
    ("efficientnet_b5", 1.6, 2.2, 456),
    ("efficientnet_b6", 1.8, 2.6, 528),
    ("efficientnet_b7", 2.0, 3.1, 600),
)

# TF-slim prints millions of parameters without those of batch normalisation.
SLIM = ((1.4, 6.06), (1.3, 5.34), (1.0, 3.47), (0.75, 2.61), (0.5, 1.95), (0.35, 1.66))

LINE_LIMITS = {
    "efficientnet_b0": 60,
    **{f"efficientnet_b{i}": 9 for i in range(1, 8)},
    "squeezenet1_1": 9,
}
"""The network itself, without the claims below it."""


def analyze(name: str, settings: dict[str, Any] | None = None) -> cnn.Report:
    return cnn.analyze(SPECS / f"{name}.yaml", settings=settings)


@pytest.mark.parametrize(
    ("name", "settings", "parameters", "macs"),
    [pytest.param(n, s, p, m, id=f"{n} {s or ''} {source}") for n, s, p, m, source in PUBLISHED],
)
def test_totals_are_the_published_ones(
    name: str, settings: dict[str, Any], parameters: int, macs: int
) -> None:
    assert_totals(name, settings, parameters, macs)


@pytest.mark.parametrize(("name", "layer", "expected"), FIELDS)
def test_receptive_fields_are_the_published_ones(
    name: str, layer: str, expected: tuple[int, int, int]
) -> None:
    fields = analyze(name).analysis.group(layer)[-1].fields
    assert fields
    assert [described(field) for field in fields] == [expected] * 2


def described(field: PeriodicField) -> tuple[int, int, int]:
    """Return size, effective stride and effective padding along one axis."""
    first = field.local.at(0)
    assert first
    return int(field.local.size or 0), int(field.local.rate), -first[0]


@pytest.mark.parametrize(("name", "trainable", "statistics"), KERAS)
def test_statistics_are_beside_the_parameters(name: str, trainable: int, statistics: int) -> None:
    total = analyze(name).total
    assert (total.trainable, total.non_trainable) == (trainable, statistics)


@pytest.mark.parametrize(("width", "millions"), SLIM)
def test_widths_of_mobilenet_v2_are_those_of_slim(width: float, millions: float) -> None:
    report = analyze("mobilenet_v2", {"width": width})
    normalisation = sum(f.parameters for f in report if f.node.kind == "batchnorm")
    assert round((report.total.parameters - normalisation) / 10**6, 2) == millions


@pytest.mark.parametrize(("name", "width", "depth", "resolution"), SCALING)
def test_scaling_alone_makes_the_larger_efficientnets(
    name: str, width: float, depth: float, resolution: int
) -> None:
    settings = {"width": width, "depth": depth, "resolution": resolution}
    assert analyze("efficientnet_b0", settings).total == analyze(name).total


@pytest.mark.parametrize(("name", "limit"), LINE_LIMITS.items())
def test_spec_is_short(name: str, limit: int) -> None:
    lines = (SPECS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines.index("expect:") <= limit
