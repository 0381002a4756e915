"""Figures and budgets on what a layer sees of one of several inputs."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.quantities import of_network
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.quantities import find
from cnnanalyze.crosscheck.budget import check_budgets, remedy, sentence
from cnnanalyze.crosscheck.claims import check_claims
from cnnanalyze.language.sections import plan_budgets

STEREO = """\
cnn: 1
name: Stereo
inputs: {left: 31x37x3, right: 31x37x1, age: 5}
layers:
- {conv: {filters: 5, kernel: 3, padding: same}, from: left}
- {conv: {filters: 5, kernel: [7, 3], padding: same}, from: right}
- {add: [conv1, conv2]}
- {conv: {filters: 5, kernel: 3, stride: 2}}
- {dense: 5, from: age}
- {reshape: 1x1x5}
- {multiply: [conv3, reshape1]}
"""


def analysis(more: str = "") -> Analysis:
    return cnn.analyze(cnn.loads(STEREO + more, name="net")).analysis


def claimed(layer: str, figure: str) -> tuple[str, str]:
    """Return the outcome of a figure of a layer, and what was computed."""
    text = f"expect:\n- source: by hand\n  layers:\n    {layer}: {{{figure}}}\n"
    (check,) = check_claims(analysis(text))
    return check.outcome, check.computed


@pytest.mark.parametrize(
    ("layer", "figure", "computed"),
    [
        ("conv3", "receptive_field of left: 5", "5x5"),
        ("conv3", "receptive_field of right: 9x5", "9x5"),
        ("conv3", "effective_stride of right: 2", "2x2"),
        ("conv3", "effective_padding of right: 3x1", "3x1"),
        ("conv3", "effective_stride: 2", "2x2"),
        ("conv1", "receptive_field of left: 3", "3x3"),
        ("conv1", "receptive_field: 3", "3x3"),
        ("multiply1", "receptive_field of left: 5", "5x5"),
    ],
)
def test_a_figure_of_an_input_holds(layer: str, figure: str, computed: str) -> None:
    assert claimed(layer, figure) == ("holds", computed)


@pytest.mark.parametrize(
    ("layer", "figure", "computed"),
    [
        ("conv3", "receptive_field of left: 9x5", "5x5"),
        ("conv3", "receptive_field: 5", "5x5 of left, 9x5 of right"),
        ("conv1", "receptive_field of right: 3", "nothing"),
        ("dense1", "receptive_field of age: 5", "nothing"),
    ],
)
def test_a_figure_that_does_not_hold_says_what_is_seen_of_each(
    layer: str, figure: str, computed: str
) -> None:
    assert claimed(layer, figure) == ("fails", computed)


def test_a_claim_says_which_input_it_is_of() -> None:
    text = (
        "expect:\n- source: by hand\n  layers: {conv3: {receptive_field of right: 9x5, macs: 1}}\n"
    )
    claims = cnn.loads(STEREO + text).claims
    assert [(c.key, c.quantity, c.input, c.words) for c in claims] == [
        (
            "receptive_field of right",
            "receptive_field",
            "right",
            "receptive field in right",
        ),
        ("macs", "macs", "", "macs"),
    ]


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (
            "receptive_field of lef: 5",
            (
                "net:15:37: error: a claim names the input 'lef', which this network does not "
                "have; did you mean 'left'?"
            ),
        ),
        ("macs of left: 5", "net:15:13: error: 'macs of left' is not a quantity that can be"),
        ("receptive_field of : 5", "net:15:13: error: 'receptive_field of' is not a quantity"),
    ],
)
def test_what_cannot_be_claimed_of_an_input(figure: str, message: str) -> None:
    text = f"expect:\n- source: x\n  layers:\n    conv3: {{{figure}}}\n"
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads(STEREO + text, name="net")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("budgets", "said"),
    [
        (
            {"receptive_field of left": 4},
            "the receptive field in left is 5, 1 over the budget of 4",
        ),
        (
            {"receptive_field of right": {"at_least": 5}},
            "the receptive field in right is 5, within the budget of 5",
        ),
        ({"receptive_field": 8}, "the receptive field is 9, 1 over the budget of 8"),
        (
            {"receptive_field": {"at_least": 7}},
            "the receptive field is 5, 2 under the minimum of 7",
        ),
        (
            {"layers": {"add1": {"receptive_field of right": 5}}},
            "the receptive field in right of add1 is 7, 2 over the budget of 5",
        ),
        (
            {"layers": {"conv1": {"receptive_field of right": 5}}},
            "the receptive field in right of conv1 is unknown; the budget is 5",
        ),
        (
            {"receptive_field of age": 5},
            "the receptive field in age is unknown; the budget is 5",
        ),
        (
            {"receptive_field of lef": 5},
            "the budget for receptive field in lef names an input or a layer that is not there",
        ),
    ],
)
def test_a_budget_of_an_input(budgets: dict[str, object], said: str) -> None:
    (check,) = check_budgets(analysis(), plan_budgets(budgets, "here"))
    assert sentence(check) == said
    if check.verdict == "absent":
        assert remedy(check).startswith("correct the names; the first line of")


def test_budgets_of_inputs_come_back_as_data() -> None:
    data = {"receptive_field of left": "31", "receptive_field of right": {"at_least": "5"}}
    found = plan_budgets(data, "here")
    assert found is not None
    assert found.as_data() == data


def test_the_field_of_a_network_is_the_largest_that_is_seen_of_an_input() -> None:
    assert of_network(find("receptive_field"), analysis()) == 9
