"""Shared weights: of a layer, of a whole block; counted once."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn

HEAD = "cnn: 1\ninput: 31x37x5\n"
CONV = "conv: {filters: 5, kernel: 3, padding: same}"
PARAMETERS = 3 * 3 * 5 * 5 + 5


def load(body: str) -> cnn.Network:
    return cnn.loads(HEAD + body, name="net")


def owners(net: cnn.Network) -> dict[str, str]:
    return {node.id: node.share for node in net if node.share is not None}


def test_a_layer_shares_and_is_counted_once() -> None:
    net = load(
        f"layers: [{{{CONV}, as: a}}, {{{CONV}, share: a}}, {{{CONV}, share: conv1, repeat: 3}}]\n"
    )
    assert owners(net) == {"conv1": "a", "conv2": "a", "conv3": "a", "conv4": "a"}
    report = cnn.analyze(net)
    assert report.total.parameters == PARAMETERS
    assert report.total.operations("mac") == 5 * report["a"].cost.mac  # type: ignore[union-attr]
    assert cnn.verify(net).is_balanced


def test_a_block_shares_layer_by_layer() -> None:
    net = load(
        "blocks:\n"
        "  inner:\n"
        "    params: {f: }\n"
        "    layers: [{conv: {filters: $f, kernel: 3, padding: same}}, bn, relu]\n"
        "  cell: {params: {f: 5}, layers: [{inner: $f, as: in1}, {add: [[{inner: $f}], []]}]}\n"
        "layers: [{cell: , as: left}, relu, {cell: , share: left}, {inner: 5, share: left/in1}]\n"
    )
    assert owners(net) == {
        "cell1/in1/conv1": "left/in1/conv1",
        "cell1/in1/batchnorm1": "left/in1/batchnorm1",
        "cell1/add1/1/inner1/conv1": "left/add1/1/inner1/conv1",
        "cell1/add1/1/inner1/batchnorm1": "left/add1/1/inner1/batchnorm1",
        "inner1/conv1": "left/in1/conv1",
        "inner1/batchnorm1": "left/in1/batchnorm1",
    }
    alone = load(
        "blocks: {inner: [{conv: {filters: 5, kernel: 3, padding: same}}, bn]}\n"
        "layers: [inner, inner]\n"
    )
    assert cnn.analyze(net).total.parameters == cnn.analyze(alone).total.parameters
    assert cnn.verify(net).is_balanced


def test_sharing_inside_a_shared_block_leads_to_one_owner() -> None:
    net = load(
        f"blocks: {{cell: [{{{CONV}, as: a}}, {{{CONV}, share: a}}]}}\n"
        "layers: [{cell: , as: left}, {cell: , share: left}, {cell: , share: cell1}]\n"
    )
    assert set(owners(net).values()) == {"left/a"}
    assert cnn.analyze(net).total.parameters == PARAMETERS


def test_rows_share_with_the_first() -> None:
    net = load(
        f"layers: [{{for: {{a: [1, 2, 3]}}, as: r, do: [{{{CONV}, as: c, when: $index == 1, "
        f"else: {{{CONV}, as: c, share: r1/c}}}}]}}]\n"
    )
    assert owners(net) == {"r2/c": "r1/c", "r3/c": "r1/c"}


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            f"{{{CONV}, as: a}}, {{conv: {{filters: 7, kernel: 3}}, share: a}}",
            (
                "conv1 cannot share the weights of a: conv (kernel 3x3x5x7, bias 7) ≠ "
                "conv (kernel 3x3x5x5, bias 5)"
            ),
        ),
        (
            "{bn: , as: a}, {prelu: , share: a}",
            (
                "prelu1 cannot share the weights of a: prelu (slope 5) ≠ "
                "batchnorm (gamma 5, beta 5, moving mean 5, moving variance 5)"
            ),
        ),
        (
            "{relu: , as: a}, {bn: , share: a}",
            (
                "batchnorm1 cannot share the weights of a: batchnorm (gamma 5, beta 5, "
                "moving mean 5, moving variance 5) ≠ relu (no weights)"
            ),
        ),
        ("{bn: , as: a}, {relu: , share: a}", "'relu' has no weights to share"),
        (
            "{cell: , as: a}, {bn: , share: a}",
            "batchnorm1 cannot share the weights of 'a': that is a block",
        ),
        (
            "{bn: , share: input}",
            "batchnorm1 cannot share the weights of 'input': that is no layer",
        ),
        (
            "{bn: , as: a}, {cell: , share: a}",
            "'a' is not an instance of a block, and 'cell' is a block",
        ),
        (
            "{pair: true, as: a}, {pair: false, as: b}, {pair: true, share: b}",
            "pair1/batchnorm1 cannot share the weights of 'b/batchnorm1': that is no layer",
        ),
        (
            "{bn: , as: a}, {bn: , share: a, weights: {gamma: 1}}",
            "a layer that shares weights cannot be given others",
        ),
    ],
)
def test_what_cannot_be_shared(steps: str, message: str) -> None:
    blocks = "blocks: {cell: [bn], pair: {params: {on: }, layers: [{bn: , when: $on}, relu]}}\n"
    with pytest.raises(cnn.SpecError) as caught:
        load(f"{blocks}layers: [{steps}]\n")
    assert caught.value.faults[0].message == message
    assert len(caught.value.faults) == 1


def test_a_lost_owner_draws_no_second_fault() -> None:
    with pytest.raises(cnn.SpecError) as caught:
        load(
            "blocks: {cell: [{conv: {filters: 5, kernel: 41}, as: c}]}\n"
            "layers: [{cell: , as: a}, {cell: , share: a, from: input}, "
            "{conv: {filters: 5, kernel: 3}, share: a/c, from: input}]\n"
        )
    assert [(f.message, f.count) for f in caught.value.faults] == [
        ("a/c: kernel extent 41 does not fit into height 31: 41 > 31", 2)
    ]


def refused(body: str) -> tuple[str, str]:
    with pytest.raises(cnn.SpecError) as caught:
        load(body)
    return caught.value.message, caught.value.faults[0].help


def test_a_layer_that_shares_with_a_block_is_shown_the_layers_inside() -> None:
    body = (
        f"blocks: {{class: {{layers: [{{{CONV}}}, relu, {{{CONV}}}]}}}}\n"
        f"layers: [{{class: , as: class1}}, {{{CONV}, share: class1}}]\n"
    )
    assert refused(body) == (
        "conv1 cannot share the weights of 'class1': that is a block",
        "name a layer inside of it: share: class1/conv1, class1/conv2",
    )


def test_the_beginning_of_several_names_names_none_of_them() -> None:
    body = (
        f"layers: [{{{CONV}, as: class1_p3}}, {{{CONV}, as: class1_p4}}, {{{CONV}, share: class1}}]"
    )
    assert refused(body) == (
        "there is no step 'class1' here; did you mean 'class1_p4'?",
        (
            "'class1' alone names none of class1_p3, class1_p4; known here: input, class1_p3, "
            "class1_p4; name a step with 'as: class1'"
        ),
    )
