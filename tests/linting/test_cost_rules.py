"""The rules on where parameters, operations and memory go, on networks that are known for it."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import Source
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.linting.layer_queries import bottlenecks
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import Settings, SettingsSource
from tests.linting.conftest import Lint


def of(name: str, *select: str) -> list[tuple[str, str, str]]:
    path = cnn.zoo()[name]
    settings = Settings(caller=SettingsSource("test", Level(select=select)))
    result = lint_source(Source(str(path), path.read_text("utf-8")), path.parent, settings)
    return [(f.code, f.path, f.message) for f in result.findings if f.code in select]


def test_the_first_dense_layer_of_vgg16_holds_102_of_138_million() -> None:
    # CS231n, lecture 9: FC 7x7x512x4096 = 102,760,448 of 138M parameters.
    assert of("vgg16", "PC001", "PC002") == [
        ("PC001", "fc1", "this dense layer on a map of 7x7x512 holds 74 % of the parameters")
    ]


def test_a_dense_layer_that_reads_a_map_directly_counts_too(lint: Lint) -> None:
    text = "cnn: 1\ninput: 31x37x3\nlayers:\n- relu\n- dense: 5\n"
    assert [f.path for f in lint(text, "PC001").findings] == ["dense1"]
    assert lint(text.replace("relu", "gap"), "PC001").findings == ()


def test_small_networks_always_have_a_largest_layer(lint: Lint) -> None:
    text = "cnn: 1\ninput: 31x37x3\nlayers:\n- conv: {filters: 5, kernel: 3}\n- gap\n- dense: 7\n"
    assert lint(text, "PC002", "PC003").findings == ()


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "densenet121", "mobilenet_v1"])
def test_balanced_networks_are_quiet(name: str) -> None:
    assert of(name, "PC001", "PC002", "PC003", "PC004", "PC005") == []


def test_bottlenecks_are_pairs_that_every_path_passes_through() -> None:
    net = cnn.loads(
        "{cnn: 1, input: 31x37x3, layers: [{conv: {filters: 5, kernel: 3}, as: a}, "
        "{add: [[relu, {conv: {filters: 5, kernel: 1}, as: inside}], []], as: b}, "
        "{conv: {filters: 7, kernel: 3}, as: c}, {relu: , as: d}, {gap: , as: e}]}"
    )
    # What lies inside the branches is no single pass, and the head is left out.
    assert [(one.id, other.id) for one, other in bottlenecks(net)] == [("a", "b"), ("b", "c")]


def test_a_skip_over_a_narrow_layer_carries_the_rest(lint: Lint) -> None:
    narrow = (
        "cnn: 1\ninput: 64x64x3\nlayers:\n- {conv: {filters: 64, kernel: 3, padding: same}, as: "
        "a}\n"
        "- {conv: {filters: 2, kernel: 2, stride: 2}}\n- relu\n- {upsample: 2}\n"
    )
    assert [
        f.code
        for f in lint(f"{narrow}- conv: {{filters: 5, kernel: 3}}\n- relu\n", "PC005").findings
    ]
    skipped = f"{narrow}- concat: [^1, a]\n- conv: {{filters: 5, kernel: 3}}\n- relu\n"
    assert lint(skipped, "PC005").findings == ()


def test_a_dead_branch_beside_it_hides_no_bottleneck(lint: Lint) -> None:
    narrow = (
        "cnn: 1\ninput: 64x64x3\nlayers:\n- {tanh: , as: start}\n"
        "- {conv: {filters: 64, kernel: 3, padding: same}, as: wide}\n"
        "- {conv: {filters: 2, kernel: 2, stride: 2}, as: narrow}\n"
        "- {conv: {filters: 5, kernel: 3}, as: after}\n- relu\n"
    )
    dead = narrow.replace("- {conv: {filters: 64", "- tanh\n- {conv: {filters: 64").replace(
        "as: wide}", "as: wide, from: start}"
    )
    # What nothing reads is held by nobody: the branch ends before the wide layer or behind it.
    late = dead.replace("- relu\n", "- relu\n- {elu: , from: tanh1}\n- {identity: , from: relu1}\n")
    for text in (narrow, dead, late):
        assert [f.path for f in lint(text, "PC005").findings] == ["narrow"], text


def test_starved_layers_follow_their_threshold(lint: Lint) -> None:
    text = (
        "cnn: 1\ninput: 28x28x64\nlayers:\n- depthwise: {kernel: 3, padding: same}\n"
        "lint: {thresholds: {PC006: {ridge: 2}}}\n"
    )
    assert lint(text, "PC006").findings == ()
    assert [f.code for f in lint(text.replace("ridge: 2", "ridge: 3"), "PC006").findings] == [
        "PC006"
    ]
