"""Specs with several inputs: named, read by 'from:', shared towers, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.crosscheck.balance import balance
from cnnanalyze.errors import Source
from cnnanalyze.graph.node import NodeId
from cnnanalyze.linting.engine import lint_source

FIXTURES = Path(__file__).parent
SIAMESE = (FIXTURES / "siamese.yaml").read_text("utf-8")
TWO = "cnn: 1\ninputs: {left: 16x16x1, right: 28x28x1}\n"


def spec(text: str) -> cnn.Spec:
    return cnn.loads(text, name="net")


def faults(text: str) -> list[str]:
    with pytest.raises(cnn.SpecError) as caught:
        spec(text)
    return [str(f).partition("\n")[0] for f in caught.value.faults]


# --- what goes in ---------------------------------------------------------------------------------


def test_inputs_have_their_names_shapes_and_order() -> None:
    net = spec(
        "cnn: 1\ninputs: {image: 7x5x3, sound: 11x2, age: 13}\n"
        "layers:\n- {flatten: , from: image, as: pixels}\n- {flatten: , from: sound, as: steps}\n"
        "- concat: [pixels, steps, age]\n"
    )
    assert {name: str(one.shape) for name, one in net.inputs.items()} == {
        "image": "7x5x3",
        "sound": "11x2",
        "age": "13",
    }
    assert str(net["concat1"].output) == str(7 * 5 * 3 + 11 * 2 + 13)
    assert net["concat1"].inputs == ("pixels", "steps", "age")


def test_an_input_may_bring_its_values() -> None:
    net = spec(
        "cnn: 1\ninputs: {a: {values: [[1, 2], [3, 4]]}, b: 2x2x1}\n"
        "layers: [{add: , from: [a, b]}]\n"
    )
    assert net.inputs[NodeId("a")].values == (((1,), (2,)), ((3,), (4,)))
    assert net.inputs[NodeId("b")].values is None


def test_expressions_ask_an_input_for_its_extents() -> None:
    net = spec(
        f"{TWO}layers: [{{conv: {{filters: $right.height, kernel: 3}}, from: left}}, "
        "{gap: , from: right}]\noutputs: [conv1, global_avgpool1]\n"
    )
    assert net["conv1"].output.channels == 28


def test_sizes_of_several_inputs_may_be_open() -> None:
    found = cnn.loads(
        "cnn: 1\ninputs: {a: HxWx1, b: HxWx3}\nlayers: [{concat: [a, b]}]\n",
        name="net",
        settings={"H": 17, "W": 19},
    )
    assert str(found["concat1"].output) == "17x19x4"


def test_one_convolution_called_on_two_images_holds_its_numbers_once() -> None:
    """A public report: 20 parameters were told, and 10 are right."""
    net = spec(
        f"{TWO}layers:\n"
        "- {conv: {filters: 1, kernel: 3, padding: 1}, as: a, from: left}\n"
        "- {conv: {filters: 1, kernel: 3, padding: 1}, as: b, from: right, share: a}\n"
        "outputs: [a, b]\n"
    )
    report = cnn.analyze(net)
    assert report.total.parameters == 10
    assert [str(net[name].output) for name in ("a", "b")] == ["16x16x1", "28x28x1"]
    assert report.total.cost.mac == 9 * (16 * 16 + 28 * 28)


# --- a shared tower -------------------------------------------------------------------------------


def test_siamese_network_has_the_parameters_that_others_print() -> None:
    """Koch et al. 2015 as Keras counts it: 38,947,648 in the tower, 4,097 in the last layer."""
    report = cnn.analyze(spec(SIAMESE))
    assert report.total.parameters == 38_951_745
    assert report["left_twin/dense1"].parameters == 37_752_832
    assert report["right_twin/dense1"].parameters == 0
    sizes = [
        str(report[f"{side}_twin/{name}"].output)
        for side in ("left", "right")
        for name in ("conv1", "maxpool1", "conv2", "maxpool2", "conv3", "maxpool3", "conv4")
    ]
    printed = ["96x96x64", "48x48x64", "42x42x128", "21x21x128", "18x18x128", "9x9x128", "6x6x256"]
    assert sizes == printed * 2


def test_siamese_network_balances_and_each_tower_sees_its_own_image() -> None:
    text = SIAMESE.replace("4096", "17").replace("105x105", "89x93")
    net = spec(text)
    assert balance(net).is_balanced
    report = cnn.analyze(net).analysis
    assert [name for name, _ in report["left_twin/conv4"].sees] == ["left"]
    assert [name for name, _ in report["distance"].sees] == ["left", "right"]


def test_siamese_network_is_written_and_read_again() -> None:
    net = spec(SIAMESE)
    text = cnn.dumps(net)
    assert "inputs: {left: 105x105x1, right: 105x105x1}" in text.splitlines()
    again = cnn.loads(text)
    assert cnn.dumps(again) == text
    assert cnn.analyze(again).total == cnn.analyze(net).total


def test_siamese_network_is_linted_by_every_rule_that_can_judge_it() -> None:
    found = lint_source(Source("net.yaml", SIAMESE), None)
    assert [f.code for f in found.findings if f.severity == "error"] == []


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"{TWO}layers: [relu]\n",
            "net:3:10: error: 'relu' does not say which of the 2 inputs it reads: left, right",
        ),
        (
            f"{TWO}blocks: {{cell: [relu]}}\nlayers: [{{cell: }}]\n",
            "net:4:11: error: 'cell' does not say which of the 2 inputs it reads: left, right",
        ),
        (
            f"{TWO}layers: [{{add: [[relu], [tanh]]}}]\n",
            "net:3:18: error: 'relu' does not say which of the 2 inputs it reads: left, right",
        ),
        (
            f"{TWO}layers: [{{concat: [[], left]}}]\n",
            "net:3:11: error: 'concat' does not say which of the 2 inputs it reads: left, right",
        ),
        (
            f"{TWO}layers: [{{relu: , from: left}}]\n",
            "net:2:25: error: nothing reads the input 'right'",
        ),
        (
            f"{TWO}layers: [{{relu: , from: left}}, {{relu: , from: rihgt}}]\n",
            "net:3:47: error: there is no step 'rihgt' here; did you mean 'right'?",
        ),
        (
            f"{TWO}layers: [{{relu: , from: left}}, {{relu: , from: input}}]\n",
            "net:3:47: error: there is no step 'input' here",
        ),
        (
            f"{TWO}layers: [{{relu: , from: left, as: right}}]\n",
            "net:3:35: error: the name 'right' is taken in this list",
        ),
        (
            f"{TWO}layers: [{{relu: , from: ^1}}]\n",
            (
                "net:3:25: error: '^1' goes back 1 steps, but only 0 come before it in this list, "
                "the one that goes in included: 1 > 0"
            ),
        ),
        (
            f"{TWO}layers: [{{relu: , from: left}}, {{relu: , from: right}}]\noutputs: [left]\n",
            "net:4:11: error: the input cannot be an output",
        ),
        (
            "cnn: 1\ninput: 5x5x1\ninputs: {left: 5x5x1, right: 5x5x1}\nlayers: [relu]\n",
            "net:3:1: error: a spec has either 'input' or 'inputs', not both",
        ),
        (
            "cnn: 1\ninputs: {left: 5x5x1, left: 5x5x3}\nlayers: [{relu: , from: left}]\n",
            "net:2:23: error: duplicate key 'left'; first in line 2",
        ),
        (
            "cnn: 1\ninputs: 5x5x1\nlayers: [relu]\n",
            "net:2:9: error: 'inputs' of a spec must be a mapping, not '5x5x1'",
        ),
        (
            "cnn: 1\ninputs: {}\nlayers: [relu]\n",
            "net:2:9: error: 'inputs' of a spec must not be empty",
        ),
        (
            "cnn: 1\ninputs: {image: 5x5x1}\nlayers: [relu]\n",
            "net:2:10: error: the only input of a network is called 'input'",
        ),
        (
            "cnn: 1\ninputs: {a: 5x5x1, b: {height: 5, widht: 7, channels: 1}}\nlayers: [relu]\n",
            (
                "net:2:35: error: 'b' has no 'widht'; it takes depth, height, width, length, "
                "channels, features, values; did you mean 'width'?"
            ),
        ),
        (
            "cnn: 1\ninputs: {1: 5x5x1, b: 5x5x1}\nlayers: [{relu: , from: b}]\n",
            "net:2:10: error: '1' cannot name an input",
        ),
        (
            "cnn: 1\ninputs: {a: [5, 5, 1], b: 5x5x1}\nlayers: [{relu: , from: b}]\n",
            (
                "net:2:13: error: ambiguous order of the bare list [5, 5, 1]: height first, or "
                "channels first as in PyTorch?"
            ),
        ),
        (
            "cnn: 1\ninputs: {a: 5 by 5, b: 5x5x1}\nlayers: [{relu: , from: b}]\n",
            (
                "net:2:13: error: the input 'a' must be written as height x width x channels, "
                "not '5 by 5'"
            ),
        ),
        (
            "cnn: 1\ninput: {left: 5x5x1, right: 5x5x1}\nlayers: [relu]\n",
            "net:2:8: error: the mapping of an input names its extents, not left, right",
        ),
    ],
)
def test_what_is_wrong_with_several_inputs_is_told_at_its_place(text: str, message: str) -> None:
    assert message in faults(text)


def test_a_step_that_says_nothing_is_refused_once_and_hides_no_other_fault() -> None:
    first, *others = faults(f"{TWO}layers: [relu, tanh, {{dense: {{unit: 3}}}}]\n")
    assert first == (
        "net:3:10: error: 'relu' does not say which of the 2 inputs it reads: left, right"
    )
    assert ["'dense'" in other for other in others] == [True] * len(others)
    assert others


def test_inside_a_block_the_inputs_of_the_network_are_not_seen() -> None:
    with pytest.raises(cnn.SpecError) as caught:
        spec(
            f"{TWO}blocks: {{cell: [{{relu: , from: left}}]}}\n"
            "layers: [{cell: , from: left}, {relu: , from: right}]\n"
        )
    (fault,) = caught.value.faults
    assert fault.message == "there is no step 'left' here"
    assert fault.help.startswith("inside a block what comes in is called x")


def test_a_variant_replaces_the_inputs_of_its_base(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("cnn: 1\ninput: 5x5x1\nlayers: [relu]\n", "utf-8")
    variant = tmp_path / "two.yaml"
    variant.write_text(
        "cnn: 1\nextends: base.yaml\ninputs: {a: 5x5x1, b: 7x7x1}\n"
        "layers: [{gap: , from: a}, {gap: , from: b}]\noutputs: [global_avgpool1, "
        "global_avgpool2]\n",
        "utf-8",
    )
    assert list(cnn.load(variant).inputs) == ["a", "b"]
