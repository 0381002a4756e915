"""DenseNet, Darknet-53 and YOLOv3, FCN, and the networks of video: published numbers, exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.periodic_field import PeriodicField
from cnnanalyze.core.printed_number import PrintedNumber
from tests.published.totals import assert_totals

SPECS = Path(__file__).parents[2] / "specs"

# Learnable parameters and multiply-accumulates for one image. Where a tool is named, its model was
# instantiated and counted; otherwise the layers of the source were.
PUBLISHED: tuple[tuple[str, dict[str, Any], int, int, str], ...] = (
    ("densenet121", {}, 7_978_856, 2_834_161_664, "torchvision 0.29.2"),
    ("densenet169", {}, 14_149_480, 3_359_843_328, "torchvision 0.29.2"),
    ("densenet201", {}, 20_013_928, 4_291_365_888, "torchvision 0.29.2"),
    ("densenet161", {}, 28_681_000, 7_727_907_072, "torchvision 0.29.2"),
    ("darknet53", {}, 41_609_928, 9_285_115_904, "timm darknet53"),
    ("darknet53", {"resolution": 416}, 41_609_928, 24_516_829_184, "pjreddie/darknet"),
    ("darknet53", {"resolution": 224}, 41_609_928, 7_109_156_864, "pjreddie/darknet"),
    ("yolov3", {"resolution": 320}, 61_949_149, 19_486_412_800, "pjreddie/darknet"),
    ("yolov3", {}, 61_949_149, 32_932_037_632, "pjreddie/darknet at 416"),
    ("yolov3", {"resolution": 608}, 61_949_149, 70_345_950_208, "pjreddie/darknet"),
    ("yolov8n", {}, 3_157_200, 4_371_993_600, "ultralytics 8.4.190"),
    ("yolov8n", {"width": 0.5}, 11_166_560, 14_301_312_000, "ultralytics 8.4.190, yolov8s"),
    ("fcn32s", {}, 136_152_917, 181_365_854_976, "shelhamer, voc-fcn32s"),
    ("fcn16s", {}, 134_815_994, 181_448_086_272, "shelhamer, voc-fcn16s"),
    ("fcn8s", {}, 134_489_759, 181_529_034_048, "shelhamer, voc-fcn8s"),
    ("fcn_alexnet", {}, 58_704_590, 21_424_487_968, "shelhamer, voc-fcn-alexnet"),
)

# What is printed for video networks: parameters in full, multiply-accumulates rounded if at all.
VIDEO: tuple[tuple[str, dict[str, Any], int, str, str], ...] = (
    ("c3d", {}, 79_991_015, "", "litao1381/C3D_Sport1M_keras, Keras summary"),
    ("c3d", {"classes": 101}, 78_409_573, "38.5G", "leftthomas/R2Plus1D-C3D; mmaction2"),
    ("c3d", {"classes": 51}, 78_204_723, "", "leftthomas/R2Plus1D-C3D, HMDB51"),
    ("c3d", {"classes": 600}, 80_453_976, "", "leftthomas/R2Plus1D-C3D, Kinetics600"),
    ("r3d18", {}, 33_371_472, "40.697G", "torchvision 0.29.2, metadata of the weights"),
)

# Receptive field, effective stride and effective padding along both axes of the image.
FIELDS: tuple[tuple[str, dict[str, Any], str, tuple[int, int, int], str], ...] = (
    ("densenet121", {}, "block4", (2071, 32, 1021), "counted on torchvision densenet121"),
    ("darknet53", {}, "stage5", (725, 32, 362), "counted on timm darknet53"),
    ("yolov3", {}, "stage5", (725, 32, 362), "counted on timm darknet53: the same trunk"),
)

# The FCN paper's table 1 prints receptive field and stride; padding is not in it.
FCN_TABLE = (
    ("fcn32s", "fc7", 404, 32),
    ("fcn16s", "fc7", 404, 32),
    ("fcn8s", "fc7", 404, 32),
    ("fcn_alexnet", "fc7", 355, 32),
)

# Trainable, and the statistics of batch normalisation (Keras calls them non-trainable).
KERAS = (
    ("densenet121", 7_978_856, 83_648),
    ("densenet169", 14_149_480, 158_400),
    ("densenet201", 20_013_928, 229_056),
)

# What a prototxt leaves alone (lr_mult: 0): the bilinear kernels of its deconvolutions.
FIXED = (
    ("fcn32s", 1_806_336),
    ("fcn16s", 7_056 + 451_584),
    ("fcn8s", 7_056 + 7_056 + 112_896),
    ("fcn_alexnet", 1_750_329),
)

OUTPUTS: tuple[tuple[str, dict[str, Any], list[str]], ...] = (
    ("yolov3", {"resolution": 608}, ["19x19x255", "38x38x255", "76x76x255"]),
    ("yolov8n", {}, ["80x80x84", "40x40x84", "20x20x84"]),
    ("fcn8s", {}, ["500x500x21"]),
    ("fcn_alexnet", {}, ["500x500x21"]),
)

LINE_LIMITS = {"densenet121": 45, "densenet201": 9, "darknet53": 45, "fcn8s": 9, "c3d": 30}
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


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("scale", "settings"),
    [
        ("n", {}),
        ("s", {"width": 0.5}),
        ("m", {"depth": 0.67, "width": 0.75, "top": 768}),
        ("l", {"depth": 1, "width": 1, "top": 512}),
        ("x", {"depth": 1, "width": 1.25, "top": 512}),
    ],
)
def test_yolov8_at_every_scale_is_that_of_ultralytics(scale: str, settings: dict[str, Any]) -> None:
    tasks = pytest.importorskip("ultralytics.nn.tasks", reason="ultralytics is not installed")
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    model = tasks.DetectionModel(f"yolov8{scale}.yaml", verbose=False).eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counted:
        model(torch.zeros(1, 3, 64, 64))
    total = analyze("yolov8n", {**settings, "resolution": 64}).total
    assert total.parameters == sum(p.numel() for p in model.parameters())
    assert 2 * total.operations("mac") == counted.get_total_flops()


@pytest.mark.parametrize(
    ("name", "settings", "parameters", "macs"),
    [pytest.param(n, s, p, m, id=f"{n} {s or ''} {source}") for n, s, p, m, source in VIDEO],
)
def test_volumes_have_the_published_totals(
    name: str, settings: dict[str, Any], parameters: int, macs: str
) -> None:
    total = analyze(name, settings).total
    assert total.parameters == parameters
    assert not macs or PrintedNumber.parse(macs).agrees(total.operations("mac"))


def test_multiplications_of_c3d_are_those_of_its_layer_table() -> None:
    # Frames, side of the map, channels in and out of each 3x3x3 convolution; then the dense layers.
    convolutions = (
        *((16, 112, 3, 64), (16, 56, 64, 128), (8, 28, 128, 256), (8, 28, 256, 256)),
        *((4, 14, 256, 512), (4, 14, 512, 512), (2, 7, 512, 512), (2, 7, 512, 512)),
    )
    expected = sum(d * n * n * before * after * 27 for d, n, before, after in convolutions)
    expected += 8192 * 4096 + 4096 * 4096 + 4096 * 487
    assert analyze("c3d").total.operations("mac") == expected


@pytest.mark.parametrize(
    ("name", "settings", "layer", "expected"),
    [pytest.param(n, s, la, e, id=f"{n} {la} {source}") for n, s, la, e, source in FIELDS],
)
def test_receptive_fields_are_the_published_ones(
    name: str, settings: dict[str, Any], layer: str, expected: tuple[int, int, int]
) -> None:
    fields = fields_of(name, settings, layer)
    assert [(f.local.size, int(f.local.rate), -first(f)) for f in fields] == [expected] * 2


@pytest.mark.parametrize(("name", "layer", "size", "stride"), FCN_TABLE)
def test_fields_are_those_of_the_fcn_paper(name: str, layer: str, size: int, stride: int) -> None:
    fields = fields_of(name, {}, layer)
    assert [(f.local.size, int(f.local.rate)) for f in fields] == [(size, stride)] * 2


def fields_of(name: str, settings: dict[str, Any], layer: str) -> tuple[PeriodicField, ...]:
    fields = analyze(name, settings).analysis.group(layer)[-1].fields
    assert fields
    return fields


def first(field: PeriodicField) -> int:
    """Return where the first unit's field begins."""
    interval = field.local.at(0)
    assert interval
    return interval[0]


@pytest.mark.parametrize(("name", "trainable", "statistics"), KERAS)
def test_statistics_are_beside_the_parameters(name: str, trainable: int, statistics: int) -> None:
    total = analyze(name).total
    assert (total.trainable, total.non_trainable) == (trainable, statistics)


@pytest.mark.parametrize(("name", "fixed"), FIXED)
def test_interpolations_are_not_trained(name: str, fixed: int) -> None:
    total = analyze(name).total
    assert total.parameters - total.trainable == fixed


@pytest.mark.parametrize(("name", "settings", "shapes"), OUTPUTS)
def test_predictions_have_the_printed_shapes(
    name: str, settings: dict[str, Any], shapes: list[str]
) -> None:
    report = analyze(name, settings)
    assert [str(report[output].output) for output in report.network.outputs] == shapes


@pytest.mark.parametrize("side", [320, 416, 500, 501, 607])
def test_predictions_of_an_fcn_fit_images_of_any_size(side: int) -> None:
    text = (SPECS / "fcn8s.yaml").read_text(encoding="utf-8")
    base = (SPECS / "fcn32s.yaml").read_text(encoding="utf-8").split("\nexpect:")[0]
    assert "extends: fcn32s.yaml" in text
    network = cnn.loads(
        base.replace("input: 500x500x3", f"input: {side}x{side + 6}x3"),
        settings={"stride": 8, "offset": 31},
    )
    assert str(cnn.analyze(network)[network.outputs[0]].output) == f"{side}x{side + 6}x21"


@pytest.mark.parametrize(("name", "limit"), LINE_LIMITS.items())
def test_spec_is_short(name: str, limit: int) -> None:
    lines = (SPECS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines.index("expect:") <= limit
