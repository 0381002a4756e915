"""Evaluation: many points by their parts come to what their networks come to as wholes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import cnnanalyze as cnn
from cnnanalyze.core.quantities import Terms, find
from cnnanalyze.errors import CnnError
from cnnanalyze.language.build import vary
from cnnanalyze.sweeping.columns import Column, column_of
from cnnanalyze.sweeping.evaluation import Evaluation
from cnnanalyze.sweeping.part import Asked, Measures
from tests.fuzz.networks import texts
from tests.fuzz.suite import FIXED
from tests.sweeping.points import ASKED, as_a_whole, by_parts

FAMILIES: dict[str, dict[str, list[Any]]] = {
    "mobilenet_v2": {"width": [0.35, 0.7, 1.3], "resolution": [97, 160], "same": [True, False]},
    "regnet_y_400mf": {"depth": [13, 17, 28], "w_a": [27.89, 31.7], "group_width": [8, 24]},
    "resnet18": {"depths[0]": [1, 3], "depths[3]": [2, 5]},
    "efficientnet_b0": {"width": [1.0, 1.4], "depth": [1.0, 1.7], "resolution": [191, 224]},
    "densenet121": {"growth": [12, 32], "depths[1]": [5, 12]},
    "attention_unet": {"width": [6, 10]},
    "googlenet": {"lrn": [True, False], "last_pool": [2, 3]},
    "shufflenet_v2_x1_0": {"width": [48, 116], "last": [512, 1024]},
    "vit_b_16": {"depth": [1, 5], "width": [96, 192], "heads": [3, 6]},
}
"""Families whose parameters reach blocks, tables, lists, conditions and steps read by name."""


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", sorted(cnn.zoo()))
def test_the_parts_of_every_network_come_to_the_whole(name: str) -> None:
    spec = cnn.load(f"zoo:{name}")
    assert by_parts(spec) == as_a_whole(spec)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_point_of_a_family_comes_to_its_network(name: str) -> None:
    spec = cnn.load(f"zoo:{name}")
    known = dict(spec.parameters)
    axes = {n: values for n, values in FAMILIES[name].items() if n.partition("[")[0] in known}
    assert axes
    rows = list(itertools.product(*axes.values()))
    varied = {n: column_of([row[k] for row in rows]) for k, n in enumerate(axes)}
    evaluation = Evaluation(spec, {}, Measures(ASKED))
    done = evaluation.evaluate(varied, len(rows))
    for at, row in enumerate(rows):
        settings = dict(zip(axes, row, strict=True))
        try:
            whole, _ = evaluation.exactly(settings)
        except CnnError:
            assert done.fault[at] >= 0, settings
            continue
        assert done.fault[at] < 0, (settings, done.faults[done.fault[at]].message)
        assert [int(numbers[at]) for numbers in done.numbers] == [
            -1 if number is None else number for number in whole
        ], settings


@FIXED
@given(text=texts())
def test_the_parts_of_any_network_come_to_the_whole(text: str) -> None:
    spec = cnn.loads(text)
    assert by_parts(spec) == as_a_whole(spec)


def test_a_part_is_asked_for_once() -> None:
    """A block that comes back with the same arguments and inputs is not worked out again."""
    spec = cnn.load("zoo:resnet152")
    evaluation = Evaluation(spec, {}, Measures((Asked(find("macs")),)))
    depths = Column(np.arange(3), ([3, 8, 36, 3], [3, 9, 36, 3], [5, 9, 30, 7]))
    evaluation.evaluate({"depths": depths}, 3)
    assert evaluation.distinct < 20


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (
            "{cnn: 1, input: 7x7x1, params: {k: 3}, layers: [{conv: {filters: 2, kernel: $k}}]}",
            {"k": 9},
        ),
        (
            "{cnn: 1, input: 7x7x1, params: {n: 3}, layers: [{relu: , repeat: $n}]}",
            {"n": -2},
        ),
        ("{cnn: 1, input: '${n}x7x1', params: {n: 3}, layers: [relu]}", {"n": 0}),
        (
            "{cnn: 1, input: 7x7x1, params: {n: 3, m: 6 // $n - 2}, layers: [{dropout: $m}]}",
            {"n": 0},
        ),
        ("{cnn: 1, input: 7x7x1, params: {n: relu}, layers: [$n]}", {"n": "rulu"}),
        (
            "{cnn: 1, input: 7x7x1, params: {n: 1}, blocks: {b: [{maxpool: $n}]}, layers: [b]}",
            {"n": "wide"},
        ),
    ],
)
def test_what_the_spec_refuses_is_refused_with_its_message(
    text: str, settings: dict[str, Any]
) -> None:
    spec = cnn.loads(text)
    with pytest.raises(CnnError) as refused:
        vary(spec, settings)
    assert by_parts(spec, settings) == refused.value.faults[0].message


def test_a_network_without_layers_is_refused() -> None:
    spec = cnn.loads("{cnn: 1, input: 7x7x1, params: {n: 3}, layers: [{relu: , repeat: $n}]}")
    assert by_parts(spec, {"n": 0}) == "this network has no layers"


def test_numbers_beyond_the_bound_are_refused() -> None:
    """Sums of arrays have 64 bits, so a part that is too large must not reach them."""
    spec = cnn.loads(
        "{cnn: 1, input: 71x71x1, params: {n: 1}, layers: [{conv: {filters: $n, kernel: 1}}]}"
    )
    assert by_parts(spec, {"n": 10**12}) == ("a number of it is above 2^52, the bound of a sweep")


def test_faults_of_many_points_at_one_place_are_one() -> None:
    spec = cnn.loads("{cnn: 1, input: 7x7x1, params: {n: 1}, layers: [{relu: , repeat: $n}]}")
    evaluation = Evaluation(spec, {}, Measures((Asked(find("macs")),)))
    done = evaluation.evaluate({"n": column_of([1, -1, -2, 3, -3])}, 5)
    assert done.fault.tolist() == [-1, 0, 0, -1, 0]
    assert [f.message for f in done.faults] == [
        "'repeat' must be a whole number of at least 0, not -1"
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("siamese", "it has several inputs"),
        ("yolov8n", "it names its outputs"),
        ("resnet50", ""),
    ],
)
def test_networks_that_have_no_parts_are_analysed_as_wholes(name: str, why: str) -> None:
    spec = cnn.load(f"zoo:{name}")
    assert Evaluation(spec, {}, Measures(ASKED)).whole == why


def test_lower_bounds_are_said_to_be_some() -> None:
    spec = cnn.loads("{cnn: 1, input: 7x7x2, params: {n: 1}, layers: [relu, {selu: , repeat: $n}]}")
    asked = Measures((Asked(find("operations"), Terms("onnx-tool")),))
    done = Evaluation(spec, {}, asked).evaluate({"n": column_of([0, 1])}, 2)
    assert done.is_partial.tolist() == [False, True]


def test_sums_of_many_parts_stay_within_64_bits() -> None:
    """Each part is within its bound, and all of them together are not."""
    spec = cnn.loads(
        "{cnn: 1, input: 2048x2048x4, params: {n: 1}, layers: [{repeat: $n, "
        "conv: {filters: 4, kernel: 63, padding: same}}, {for: {k: [1, 2]}, do: [relu]}]}"
    )
    assert by_parts(spec, {"n": 90_000}) == "a number of it is above 2^52, the bound of a sweep"


def test_memory_of_a_batch_beyond_64_bits_is_refused() -> None:
    with pytest.raises(CnnError, match="goes beyond 2\\^60 bytes, the bound of a sweep"):
        list(cnn.sweep("zoo:mobilenet_v1", {"width": [0.25]}, batch=10**15))
