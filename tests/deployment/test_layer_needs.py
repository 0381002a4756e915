"""What layers need: by the layer that it was written for, and for no part that stands alone."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.quantities import measure
from cnnanalyze.core.quantities import find
from cnnanalyze.crosscheck.budget import check_budgets, sentence
from cnnanalyze.deployment.layer_needs import LayerNeeds
from cnnanalyze.errors import SpecError
from cnnanalyze.language.sections import plan_budgets


def test_both_halves_of_a_separable_convolution_are_one_layer() -> None:
    net = cnn.loads("{cnn: 1, input: 11x7x3, layers: [{separable: {filters: 5, kernel: 3}}]}")
    assert LayerNeeds(net).flash(net["separable1"].id) == 27 + 15 + 5 * 4


def test_what_never_runs_needs_what_it_stands_for() -> None:
    net = cnn.loads("{cnn: 1, input: 16x1x16, layers: [tanh, dropout, tanh]}")
    needs = LayerNeeds(net)
    assert [needs.arena(node.id) for node in net] == [512, 512, 512]


def test_an_arena_that_nobody_can_lay_out_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnanalyze.deployment.layer_needs.LEAST_PAIRS", 0)
    monkeypatch.setattr("cnnanalyze.deployment.layer_needs.PAIRS_EACH", 0)
    total = cnn.analyze(cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu, tanh]}")).total
    assert measure(find("arena"), total) is None
    assert measure(find("flash"), total) == 0


def test_budgets_name_them_in_units_that_mean_one_thing() -> None:
    analysis = cnn.analyze("zoo:resnet8").analysis
    written = {"arena": "48KiB", "flash": {"at_most": "70 KiB"}}
    checks = check_budgets(analysis, plan_budgets(written, "here"))
    assert [sentence(check) for check in checks] == [
        "49,152 bytes of arena (int8), within the budget of 48KiB",
        "78,744 bytes of flash (int8), 7,064 over the budget of 70 KiB",
    ]
    with pytest.raises(SpecError) as found:
        plan_budgets({"arena": "48KB"}, "here")
    assert "may mean 48,000 or 49,152 bytes: write '48 kB' or '48 KiB'" in str(found.value)


def test_a_sweep_analyses_whole_networks_for_them() -> None:
    found = cnn.sweep(
        "zoo:mobilenet_v2",
        vary={"width": [1.0, 0.35]},
        quantities=["flash"],
    )
    assert [point.numbers["flash"] for point in found] == [3_541_984, 1_694_208]
