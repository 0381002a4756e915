"""Rows: what collapses, what folds, and that nothing is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.language.zoo import zoo
from cnnanalyze.report import view as view_module
from cnnanalyze.report.options import Options
from cnnanalyze.report.view import GROUPS, SCREEN, collapse, fold, gather, view


def test_a_join_collapses_with_its_branches(small: Analysis) -> None:
    rows = collapse(small, 1)
    assert [(row.name, row.kind) for row in rows] == [
        ("first", "3 layers"),
        ("pool", "maxpool"),
        ("add1", "2 layers"),
        ("global_avgpool1", "global_avgpool"),
        ("scores", "dense"),
    ]


def test_a_group_puts_out_what_its_last_layer_puts_out(small: Analysis) -> None:
    first = collapse(small, 1)[0]
    assert first.last.node.id == "first/relu1"


@pytest.mark.parametrize("depth", [1, 2, 3, 19])
def test_every_depth_holds_every_layer_once(small: Analysis, depth: int) -> None:
    rows = collapse(small, depth)
    assert sorted(f.node.id for row in rows for f in row.facts) == sorted(small.facts)


def test_equal_siblings_in_succession_fold(repeated: Analysis) -> None:
    rows = fold(gather(repeated, 1), repeated.network)
    assert [(row.name, row.kind) for row in rows] == [
        ("unit1…41", "41 × 2 layers"),
        ("end", "flatten"),
    ]
    assert rows[0].total.parameters == repeated.total.parameters


def test_unequal_siblings_do_not_fold() -> None:
    text = "{cnn: 1, input: 13x17x5, layers: [relu, relu, {conv: {filters: 7, kernel: 3}}, relu]}"
    analysis = cnn.analyze(cnn.loads(text)).analysis
    rows = fold(gather(analysis, 1), analysis.network)
    assert [row.name for row in rows] == ["relu1…2", "conv1", "relu3"]


def test_blocks_of_the_same_layers_that_are_wired_otherwise_are_not_one_row() -> None:
    b = cnn.NetworkBuilder()
    x = b.input(13, 17, 5)
    for name, is_beside in (("unit1", False), ("unit2", True), ("unit3", True)):
        with b.block(name):
            one = b.relu(x, name="one")
            two = b.tanh(x if is_beside else one, name="two")
            x = b.add(one, two, name="sum")
    analysis = cnn.analyze(b.build()).analysis
    rows = fold(gather(analysis, 1), analysis.network)
    assert [row.name for row in rows] == ["unit1", "unit2…3"]


def test_the_view_fits_a_screen_by_itself(repeated: Analysis) -> None:
    assert len(repeated) > SCREEN
    assert len(view(repeated).rows) <= GROUPS


def test_a_depth_that_is_asked_for_folds_nothing(repeated: Analysis) -> None:
    assert len(view(repeated, Options(depth=1)).rows) == 42
    assert len(view(repeated, Options(depth=2)).rows) == len(repeated)


def test_machine_formats_keep_every_layer(repeated: Analysis) -> None:
    assert len(view(repeated, fitting=False).rows) == len(repeated)


@pytest.mark.parametrize("name", ["resnet50", "vgg16"])
def test_networks_of_the_zoo_fit_a_screen(name: str) -> None:
    rows = view(cnn.analyze(f"zoo:{name}").analysis).rows
    assert 10 < len(rows) <= SCREEN


def test_depths_with_too_many_rows_are_left_after_as_many_groups_as_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []

    def watched(path: str, *rest: Any) -> object:
        looked.append(path)
        return signature(path, *rest)

    signature = view_module._signature
    monkeypatch.setattr(view_module, "_signature", watched)
    layers = "layers: [{add: [[relu, tanh], []], repeat: 500}]"
    rows = view(cnn.analyze(cnn.loads("{cnn: 1, input: 5x5x1, " + layers + "}")).analysis).rows
    assert [(row.name, row.kind) for row in rows] == [("add1…500", "500 × 3 layers")]
    # Of the deepest as many as tell that it has too many rows, and then all of those that fit.
    assert sum("/" in path for path in looked) < 3 * (GROUPS + 1)
    assert looked.count("add250") <= 2


def test_norms_and_activations_are_in_the_row_of_their_layer(small: Analysis) -> None:
    """Half of ResNet-18's rows were rows of zeros."""
    rows = view(small, folding=True).rows
    assert [(row.name, row.kind) for row in rows] == [
        ("first/conv1", "conv · bn · relu"),
        ("pool", "maxpool"),
        ("add1/1/conv1", "conv"),
        ("add1", "add"),
        ("global_avgpool1", "global_avgpool"),
        ("scores", "dense"),
    ]
    assert view(small, folding=True).beside == 2


def test_options_that_ask_for_all_layers_unfold(small: Analysis) -> None:
    shown = view(small, Options(all=True), folding=True)
    assert [row.path for row in shown.rows] == list(small.facts)
    assert (shown.beside, shown.collapsed) == (0, 0)


@pytest.mark.sampled(12)
@pytest.mark.parametrize("name", sorted(zoo()))
def test_rows_of_every_network_hold_every_layer_once(name: str) -> None:
    analysis = cnn.analyze(f"zoo:{name}").analysis
    for options in (Options(), Options(depth=1), Options(depth=19), Options(all=True)):
        shown = view(analysis, options, folding=True)
        assert sorted(f.node.id for row in shown.rows for f in row.facts) == sorted(analysis.facts)
        assert sum(row.total.parameters for row in shown.rows) == analysis.total.parameters
