"""The networks of ``specs/``: published numbers to the last digit, every claim as it is marked."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.periodic_field import PeriodicField
from cnnanalyze.crosscheck.balance import step_of
from cnnanalyze.crosscheck.claims import check_claims
from cnnanalyze.execute.run import infer
from tests.published.totals import assert_totals

pytestmark = pytest.mark.sampled(12)

SPECS = Path(__file__).parents[2] / "specs"
NETWORKS = sorted(path.stem for path in SPECS.glob("*.yaml"))

# Learnable parameters and multiply-accumulates of convolution and dense layers for one image. Where
# a tool is named, its model was instantiated and counted; otherwise the layers of the source were.
PUBLISHED: tuple[tuple[str, dict[str, Any], int, int, str], ...] = (
    ("lecture_000_lenet", {}, 62_958, 849_320, "lecture 000, table"),
    ("lecture_001_lenet", {}, 62_006, 651_720, "lecture 001, table with corrected biases"),
    ("lecture_003_keras", {}, 17_404, 82_188, "lecture 003, Keras summary"),
    ("lenet5", {}, 60_000, 326_520, "LeCun et al. 1998, fig. 2 and table I"),
    ("lenet5_common", {}, 61_706, 416_520, "common PyTorch version"),
    ("lenet_caffe", {}, 431_080, 2_293_000, "BVLC/caffe lenet.prototxt"),
    ("alexnet", {}, 60_965_224, 724_406_816, "BVLC/caffe bvlc_alexnet"),
    ("alexnet", {"groups": 1}, 62_378_344, 1_135_256_096, "osmr/imgclsmob alexnet at 227"),
    ("alexnet_one_tower", {}, 61_100_840, 714_188_480, "torchvision 0.29.2"),
    ("vit_b_16", {}, 86_567_656, 17_563_828_224, "timm 1.0.31"),
    ("deit_tiny", {}, 5_717_416, 1_253_683_200, "timm 1.0.31"),
    ("swin_t", {}, 28_288_354, 4_490_566_656, "timm 1.0.31"),
    ("mobilevit_s", {}, 5_578_632, 2_000_831_488, "timm 1.0.31"),
    ("coatnet_0", {}, 25_036_820, 4_546_507_776, "timm 1.0.31"),
    ("alexnet_v2", {}, 50_303_912, 736_555_776, "TF-slim alexnet.py"),
    ("zfnet", {}, 62_357_608, 1_168_032_896, "pytorchcv zfnet"),
    (
        "zfnet",
        {"filters": [512, 1024, 512]},
        107_627_624,
        2_476_704_896,
        "pytorchcv zfnetb",
    ),
    ("vgg11", {}, 132_863_336, 7_609_090_048, "torchvision 0.29.2"),
    ("vgg13", {}, 133_047_848, 11_308_466_176, "torchvision 0.29.2"),
    ("vgg16", {}, 138_357_544, 15_470_264_320, "torchvision 0.29.2"),
    ("vgg19", {}, 143_667_240, 19_632_062_464, "torchvision 0.29.2"),
    ("vgg16_bn", {}, 138_365_992, 15_470_264_320, "torchvision 0.29.2"),
    ("googlenet", {}, 6_998_552, 1_582_671_872, "BVLC/caffe bvlc_googlenet, deploy"),
    ("googlenet", {"auxiliary": True}, 13_378_280, 1_591_044_096, "BVLC/caffe, train_val"),
    ("googlenet_auxiliary", {}, 13_378_280, 1_591_044_096, "BVLC/caffe, train_val"),
    ("googlenet_torchvision", {}, 6_624_904, 1_498_376_192, "torchvision 0.29.2"),
    ("resnet18", {}, 11_689_512, 1_814_073_344, "torchvision 0.29.2"),
    ("resnet34", {}, 21_797_672, 3_663_761_408, "torchvision 0.29.2"),
    ("resnet50", {}, 25_557_032, 4_089_184_256, "torchvision 0.29.2"),
    ("resnet101", {}, 44_549_160, 7_801_405_440, "torchvision 0.29.2"),
    ("resnet152", {}, 60_192_808, 11_513_626_624, "torchvision 0.29.2"),
    ("resnet50", {"strides": [2, 1]}, 25_557_032, 3_857_973_248, "pytorchcv resnet50"),
    ("resnet101", {"strides": [2, 1]}, 44_549_160, 7_570_194_432, "pytorchcv resnet101"),
    ("resnet152", {"strides": [2, 1]}, 60_192_808, 11_282_415_616, "pytorchcv resnet152"),
    ("mobilenet_v1", {}, 4_231_976, 568_740_352, "timm mobilenetv1_100"),
    ("mobilenet_v1", {"last_stride": 2}, 4_231_976, 533_833_216, "the paper's table as printed"),
    ("unet", {}, 31_030_658, 150_428_424_448, "Ronneberger et al. 2015, fig. 1"),
    ("m5", {}, 26_915, 1_880_256, "PyTorch tutorial; MACs by hand"),
)

# Receptive field, effective stride and effective padding (Araujo, Norris, Sim 2019).
FIELDS: tuple[tuple[str, dict[str, Any], str, tuple[int, int, int], str], ...] = (
    ("alexnet", {}, "pool5", (195, 32, 64), "Araujo et al., alexnet_v2; BVLC AlexNet"),
    ("alexnet_v2", {}, "pool5", (195, 32, 64), "Araujo et al., alexnet_v2"),
    ("alexnet_one_tower", {}, "pool5", (195, 32, 66), "counted on torchvision alexnet"),
    ("zfnet", {}, "conv5", (139, 16, 49), "counted on pytorchcv zfnet"),
    ("zfnet", {}, "pool5", (171, 32, 49), "counted on pytorchcv zfnet"),
    ("vgg11", {}, "stage5/pool", (150, 32, 59), "google-research/receptive_field, vgg_a"),
    ("vgg13", {}, "stage5/pool", (156, 32, 62), "counted on torchvision vgg13"),
    ("vgg16", {}, "stage5/pool", (212, 32, 90), "Araujo et al., vgg_16"),
    ("vgg19", {}, "stage5/pool", (268, 32, 118), "counted on torchvision vgg19"),
    ("googlenet", {}, "inception_5b", (715, 32, 327), "counted on BVLC GoogLeNet"),
    ("googlenet_torchvision", {}, "inception_5b", (379, 32, 167), "counted on torchvision"),
    ("resnet18", {}, "stage4", (435, 32, 217), "counted on torchvision resnet18"),
    ("resnet34", {}, "stage4", (899, 32, 449), "counted on torchvision resnet34"),
    ("resnet50", {"strides": [2, 1]}, "stage4", (483, 32, 241), "Araujo et al.; 321 pixels"),
    ("resnet101", {"strides": [2, 1]}, "stage4", (1027, 32, 513), "Araujo et al.; 321 pixels"),
    ("resnet152", {"strides": [2, 1]}, "stage4", (1507, 32, 753), "Araujo et al.; 321 pixels"),
    ("resnet50", {}, "stage4", (427, 32, 213), "counted on torchvision resnet50"),
    ("resnet101", {}, "stage4", (971, 32, 485), "counted on torchvision resnet101"),
    ("resnet152", {}, "stage4", (1451, 32, 725), "counted on torchvision resnet152"),
    ("mobilenet_v1", {}, "conv13", (315, 32, 126), "Araujo et al., mobilenet_v1"),
    ("mobilenet_v1", {"resolution": 321}, "conv13", (315, 32, 157), "receptive_field, 321"),
    ("unet", {}, "bottom", (140, 16, 0), "counted on the paper's figure"),
    ("lenet5", {}, "S4", (16, 4, 0), "counted on the paper's figure"),
)

LINE_LIMITS = {"vgg16": 30, "resnet50": 40, "mobilenet_v1": 30}
"""The network itself, without the claims below it."""

# What lectures print for the images and filters in the specs; one map for each filter.
PRINTED = {
    "edge_detection": [[[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]],
    "strided_convolution": [[[5, 0, -3], [0, 4, 2], [4, -5, 5]]],
}


@cache
def report_on(name: str) -> cnn.Report:
    return cnn.analyze(SPECS / f"{name}.yaml")


@pytest.mark.parametrize(
    ("name", "settings", "parameters", "macs"),
    [pytest.param(n, s, p, m, id=f"{n} {s or ''} {source}") for n, s, p, m, source in PUBLISHED],
)
def test_totals_are_the_published_ones(
    name: str, settings: dict[str, Any], parameters: int, macs: int
) -> None:
    assert_totals(name, settings, parameters, macs)


@pytest.mark.parametrize(
    ("name", "settings", "layer", "expected"),
    [
        pytest.param(n, s, la, e, id=f"{n} {s or ''} {la} {source}")
        for n, s, la, e, source in FIELDS
    ],
)
def test_receptive_fields_are_the_published_ones(
    name: str, settings: dict[str, Any], layer: str, expected: tuple[int, int, int]
) -> None:
    facts = cnn.analyze(SPECS / f"{name}.yaml", settings=settings).analysis.group(layer)[-1]
    assert facts.fields
    assert {described(field) for field in facts.fields} == {expected}


def described(field: PeriodicField) -> tuple[int, int, int]:
    """Return size, effective stride and effective padding along one axis."""
    first = field.local.at(0)
    assert first
    return int(field.local.size or 0), int(field.local.rate), -first[0]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_claim_is_as_its_verdict_says(name: str) -> None:
    report = report_on(name)
    checks = check_claims(report.analysis)
    assert checks, "a network without claims"
    assert len(checks) == len(report.spec.claims)
    wrong = [
        f"{c.claim.source}: {c.claim.layer} {c.claim.quantity} {c.claim.printed}, "
        f"computed {c.computed}: {c.outcome}"
        for c in checks
        if not c.is_fine
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", NETWORKS)
def test_header_says_what_it_is(name: str) -> None:
    document = report_on(name).spec.document
    assert document is not None
    assert document.written.name
    assert document.written.family
    assert document.written.source
    # Lectures 000 to 003 bear no date.
    assert document.written.year or "lecture 00" in document.written.source


@pytest.mark.parametrize("name", NETWORKS)
def test_written_network_is_the_same(name: str) -> None:
    report = report_on(name)
    written = cnn.analyze(cnn.loads(cnn.dumps(report.network)))
    assert [f.output for f in written] == [f.output for f in report]
    assert [f.node.kind for f in written] == [f.node.kind for f in report]
    assert written.total == report.total


@pytest.mark.parametrize(("name", "limit"), LINE_LIMITS.items())
def test_spec_is_short(name: str, limit: int) -> None:
    lines = (SPECS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines.index("expect:") <= limit


@pytest.mark.parametrize("name", PRINTED)
def test_given_numbers_give_the_printed_result(name: str) -> None:
    network = report_on(name).network
    (output,) = network.outputs
    maps = infer([step_of(n) for n in network], network.values or (), [output])[output]
    assert [maps[..., i].tolist() for i in range(maps.shape[-1])] == PRINTED[name]


def test_filters_see_the_planes_that_they_are_for() -> None:
    network = report_on("rgb_filters").network
    steps = [step_of(n) for n in network]
    edge = [0, 30, 30, 0]
    for plane in range(3):
        image = [[[10 * (c == plane and x < 3) for c in range(3)] for x in range(6)]] * 6
        maps = infer(steps, image, network.outputs)[network.outputs[0]]
        assert maps[..., 0].tolist() == [edge if plane == 0 else [0] * 4] * 4
        assert maps[..., 1].tolist() == [edge] * 4


def test_sobel_derivatives_are_each_others_transpose() -> None:
    network = report_on("sobel").network
    maps = infer([step_of(n) for n in network], network.values or (), network.outputs)["gradient"]
    assert maps[..., 0].tolist() == maps[..., 1].T.tolist()  # the image equals its transpose
    assert maps[..., 0].tolist() == [
        [0, 40, 40, 0],
        [0, 20, 20, 0],
        [0, -20, -20, 0],
        [0, -40, -40, 0],
    ]


def test_specs_lie_where_the_package_finds_them() -> None:
    assert set(NETWORKS) == set(cnn.zoo())
