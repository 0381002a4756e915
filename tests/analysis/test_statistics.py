"""Statistics: what lets every unit see everything, beside the window that moves with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, note

import cnnanalyze as cnn
from cnnanalyze.analysis.pipeline import analyze, index_maps
from cnnanalyze.analysis.seen_input import SeenInput, seen_inputs
from cnnanalyze.analysis.statistics import is_beside, sees_beside, through
from cnnanalyze.analysis.trace import trace
from cnnanalyze.execute.run import RunStep, infer
from tests.strategies.networks import specs

GATE = "multiply: [[], [gap, {conv: {filters: 4, kernel: 1}}, sigmoid]]"
AROUND = "{conv: {filters: 4, kernel: 3, padding: 1}}, %s, relu"
SEEING_ALL = {
    "group norm": "{groupnorm: 2}",
    "instance norm": "instancenorm",
    "layer norm of the map": "{layernorm: {axes: all}}",
    "squeeze and excitation": f"{{{GATE}}}",
    "gate by the largest": "{multiply: [[], [global_maxpool, sigmoid]]}",
    "sum with the mean": "{add: [[], gap]}",
    "adaptive pool to one": "{multiply: [[], [{adaptive_avgpool: 1}, sigmoid]]}",
}
SEEING_THEIR_WINDOW = {
    "batch norm": "bn",
    "layer norm of the channels": "ln",
    "normalisation over neighbours": "lrn",
    "softmax over the channels": "softmax",
    "gate without a pool": "{multiply: [[], [{conv: {filters: 4, kernel: 1}}, sigmoid]]}",
}


def report(layers: str, size: str = "11x13x4") -> cnn.Report:
    return cnn.analyze(cnn.loads(f"{{cnn: 1, input: {size}, layers: [{layers}]}}"))


@pytest.mark.parametrize("name", SEEING_ALL)
def test_behind_a_statistic_of_the_map_everything_is_seen(name: str) -> None:
    analysis = report(AROUND % SEEING_ALL[name]).analysis
    relu = analysis["relu1"]
    assert relu.fields is not None
    assert [f.local.size for f in relu.fields] == [3, 3]
    assert sees_beside(relu)
    assert not sees_beside(analysis["conv1"])
    network = analysis.network
    seen = trace(network, index_maps(network))["relu1"]
    assert all(i == (0, n - 1) for c, n in zip(seen, (11, 13), strict=True) for i in c.intervals)


@pytest.mark.parametrize("name", SEEING_THEIR_WINDOW)
def test_what_works_by_place_sees_its_window_alone(name: str) -> None:
    assert not sees_beside(report(AROUND % SEEING_THEIR_WINDOW[name])["relu1"])


@given(text=specs())
def test_whoever_is_said_to_see_everything_does(text: str) -> None:
    note(text)
    network = cnn.loads(text)
    result = analyze(network)
    seen = trace(network, index_maps(network))
    for facts in result:
        for field, clipped in zip(facts.fields or (), seen[facts.node.id], strict=True):
            if is_beside(field):
                whole = {i for i in clipped.intervals if i is not None}
                assert len(whole) <= 1, "all units see the same, whatever their window"


def image(layers: str) -> SeenInput:
    (found,) = seen_inputs(report(layers).analysis)
    return found


def test_through_names_the_first_layer_that_reads_the_map() -> None:
    seen = image(f"{{groupnorm: 2}}, relu, {{{GATE}}}, tanh")
    assert through(seen, seen["tanh1"]) == "groupnorm1"
    seen = image(f"relu, {{{GATE}}}, {{groupnorm: 2}}")
    assert through(seen, seen["groupnorm1"]) == "multiply1/2/global_avgpool1"
    seen = image("{concat: [{groupnorm: 2}, instancenorm]}, relu")
    assert through(seen, seen["relu1"]) == "concat1/1/groupnorm1 and others"
    assert through(seen, report("relu, gap")["global_avgpool1"]) == ""


def test_along_one_axis_only() -> None:
    pooled = "{multiply: [[], [{avgpool: {kernel: [1, 13]}}, sigmoid]]}"
    facts = report(pooled)["multiply1"]
    assert [is_beside(f) for f in facts.fields or ()] == [False, True]


def test_a_pixel_far_away_changes_what_comes_out_behind_a_group_norm() -> None:
    """Seen by running it, with no rule about fields: taesd's seams (madebyollin/taesd#8)."""
    rng = np.random.default_rng(1)
    image = rng.standard_normal((11, 13, 4))
    other = image.copy()
    other[0, 0, 0] += 1
    conv = RunStep("c", "conv", {"filters": 4, "kernel": 3, "padding": 1})
    steps = [conv, RunStep("g", "groupnorm", {"groups": 1}, ("c",))]
    one, two = (infer(steps, i) for i in (image, other))
    assert np.count_nonzero((one["c"] != two["c"]).any(-1)) == 4  # the corner's windows
    assert np.all(one["g"] != two["g"])
