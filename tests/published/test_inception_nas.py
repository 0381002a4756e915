"""Inception, Xception and searched networks in ``specs/``: published numbers to the last digit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.periodic_field import PeriodicField
from tests.published.totals import assert_totals

SPECS = Path(__file__).parents[2] / "specs"

# Learnable parameters and multiply-accumulates of convolution and dense layers for one image. The
# models of the tools named were instantiated and counted.
PUBLISHED: tuple[tuple[str, dict[str, Any], int, int, str], ...] = (
    ("inception_v3", {}, 23_834_568, 5_713_216_096, "torchvision 0.29.2, timm"),
    ("inception_v3", {"gamma": False}, 23_817_352, 5_713_216_096, "Keras InceptionV3"),
    ("inception_v4", {}, 42_679_816, 12_253_974_624, "timm inception_v4"),
    ("inception_resnet_v2", {}, 55_843_464, 13_155_794_016, "timm inception_resnet_v2"),
    ("inception_resnet_v2", {"gamma": False}, 55_813_192, 13_155_794_016, "Keras"),
    ("xception", {}, 22_855_952, 8_357_403_496, "Keras Xception"),
    ("xception", {"padding": 1}, 22_855_952, 8_357_403_496, "timm legacy_xception"),
    ("nasnet_a_large", {}, 88_753_150, 23_783_414_658, "Keras NASNetLarge, timm nasnetalarge"),
    ("pnasnet5_large", {}, 86_057_668, 24_937_395_792, "timm pnasnet5large"),
    (
        "amoebanet_a",
        {"F": 448, "resolution": 299},
        468_151_184,
        103_887_693_968,
        "tensorflow/tpu, by hand",
    ),
    ("amoebanet_b", {"F": 196}, 83_960_973, 22_272_815_179, "tensorflow/tpu, by hand"),
)

# The count by hand of tensorflow/tpu's AmoebaNet forgets one filter where the factorised reduction
# of the stem makes an odd number of maps: parameters and MACs as counted, how many maps that filter
# reads, and at how many places of the output.
ODD: tuple[tuple[str, dict[str, Any], int, int, int, int], ...] = (
    ("amoebanet_a", {}, 86_718_765, 23_133_443_059, 32, 83 * 83),
    ("amoebanet_a", {"N": 4, "F": 50, "resolution": 224}, 5_086_898, 554_586_852, 32, 56 * 56),
    ("amoebanet_b", {}, 79_008_644, 20_934_269_439, 32, 83 * 83),
    ("amoebanet_b", {"N": 3, "F": 62, "resolution": 224}, 5_258_668, 554_960_056, 32, 56 * 56),
    ("amoebanet_c", {}, 155_272_610, 41_129_096_202, 57, 83 * 83),
    ("amoebanet_c", {"N": 4, "F": 44, "resolution": 224}, 5_056_958, 535_033_408, 11, 56 * 56),
)

# Receptive field, effective stride and effective padding.
FIELDS: tuple[tuple[str, dict[str, Any], str, tuple[int, int, int], str], ...] = (
    ("inception_v3", {}, "Mixed_7c", (1311, 32, 618), "Araujo et al., inception_v3"),
    ("inception_v3", {}, "Mixed_7b", (1183, 32, 554), "receptive_field, Keras InceptionV3"),
    ("inception_v4", {}, "Mixed_7d", (2071, 32, 998), "Araujo et al., inception_v4"),
    ("inception_resnet_v2", {}, "Conv2d_7b_1x1", (3039, 32, 1482), "Araujo et al."),
    (
        "inception_resnet_v2",
        {"padding": "same", "resolution": 224},
        "Conv2d_7b_1x1",
        (3039, 32, 1488),
        "receptive_field, inception_resnet_v2-same at 224",
    ),
    (
        "inception_resnet_v2",
        {"padding": "same", "resolution": 321},
        "Conv2d_7b_1x1",
        (3039, 32, 1519),
        "receptive_field, inception_resnet_v2-same at 321",
    ),
    ("xception", {"padding": 1}, "block14_sepconv2", (1083, 32, 538), "timm legacy_xception"),
)

# TensorFlow's padding gives paths that are not aligned: their padding is nowhere printed.
SIZES: tuple[tuple[str, str, tuple[int, int], str], ...] = (
    ("nasnet_a_large", "cell3_6", (3303, 32), "timm nasnetalarge"),
    ("pnasnet5_large", "stage3", (2715, 32), "timm pnasnet5large"),
)

LINE_LIMITS = {"nasnet_a_large": 120}
"""The network itself, without the claims below it."""


@pytest.mark.parametrize(
    ("name", "settings", "parameters", "macs"),
    [pytest.param(n, s, p, m, id=f"{n} {s or ''} {source}") for n, s, p, m, source in PUBLISHED],
)
def test_totals_are_the_published_ones(
    name: str, settings: dict[str, Any], parameters: int, macs: int
) -> None:
    assert_totals(name, settings, parameters, macs)


@pytest.mark.parametrize(
    ("name", "settings", "parameters", "macs", "maps", "places"),
    [pytest.param(*row, id=f"{row[0]} {row[1] or ''}") for row in ODD],
)
def test_odd_factorised_reductions_need_one_filter_more_than_was_counted(
    name: str, settings: dict[str, Any], parameters: int, macs: int, maps: int, places: int
) -> None:
    report = cnn.analyze(SPECS / f"{name}.yaml", settings=settings)
    assert report.total.parameters - parameters == maps
    assert report.total.operations("mac") - macs == maps * places


def test_auxiliary_head_of_inception_v3_has_its_own_parameters() -> None:
    report = cnn.analyze(SPECS / "inception_v3_auxiliary.yaml")
    assert report.total.parameters == 27_161_264  # torchvision 0.29.2
    assert sum(f.parameters for f in report.analysis.group("AuxLogits")) == 3_326_696
    assert report.network.outputs == ("Predictions", "AuxLogits/softmax1")


def test_nasnet_a_mobile_has_the_published_parameters() -> None:
    report = cnn.analyze(SPECS / "nasnet_a_mobile.yaml", settings={"classes": 1001})
    assert report.total.parameters == 5_291_035  # Cadene nasnetamobile


def test_keras_holds_the_statistics_as_parameters_that_are_not_trained() -> None:
    settings: dict[str, Any] = {"gamma": False}
    printed = {"inception_v3": 23_851_784, "inception_resnet_v2": 55_873_736}
    for name, parameters in printed.items():
        total = cnn.analyze(SPECS / f"{name}.yaml", settings=settings).total
        assert total.trainable + total.non_trainable == parameters
    for name, parameters in {"xception": 22_910_480, "nasnet_a_large": 88_949_818}.items():
        total = cnn.analyze(SPECS / f"{name}.yaml").total
        assert total.trainable + total.non_trainable == parameters


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
    assert facts.aligned


@pytest.mark.parametrize(
    ("name", "layer", "expected"),
    [pytest.param(n, la, e, id=f"{n} {la} {source}") for n, la, e, source in SIZES],
)
def test_receptive_fields_of_searched_cells_have_the_published_size(
    name: str, layer: str, expected: tuple[int, int]
) -> None:
    facts = cnn.analyze(SPECS / f"{name}.yaml").analysis.group(layer)[-1]
    assert facts.fields
    assert {described(field)[:2] for field in facts.fields} == {expected}
    assert not facts.aligned


def described(field: PeriodicField) -> tuple[int, int, int]:
    """Return size, effective stride and effective padding along one axis."""
    first = field.local.at(0)
    assert first
    return int(field.local.size or 0), int(field.local.rate), -first[0]


@pytest.mark.parametrize(("name", "limit"), LINE_LIMITS.items())
def test_spec_is_short(name: str, limit: int) -> None:
    lines = (SPECS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines.index("expect:") <= limit
