"""Blocks: parameters, inputs, outputs, defaults and what they see."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cnnanalyze as cnn

Same = Callable[[str, str], None]
HEAD = "cnn: 1\ninput: 31x37x3\n"


def load(body: str, **settings: object) -> cnn.Network:
    return cnn.loads(HEAD + body, name="net", settings=settings)


def outputs(net: cnn.Network) -> dict[str, str]:
    return {node.id: str(node.output) for node in net}


def test_a_block_may_be_a_bare_list(same: Same) -> None:
    same(
        HEAD + "blocks: {cell: [{conv: {filters: 5, kernel: 3}}, relu]}\nlayers: [cell, cell]\n",
        HEAD + "defaults: {conv: {filters: 5, kernel: 3}}\nlayers: [conv, relu, conv, relu]\n",
    )


def test_a_block_inlined_by_hand_is_the_same_network(same: Same) -> None:
    same(
        HEAD
        + """\
defaults: {conv: {kernel: 1, padding: same}}
blocks:
  conv_relu:
    params: {filters: , kernel: 1}
    layers: [{conv: {filters: $filters, kernel: $kernel}}, relu]
  residual:
    params: {width: , stride: 1}
    layers:
      - add:
          - - {conv_relu: {filters: $width, kernel: 3}, as: spatial}
            - {conv: {filters: 2 * $width, stride: $stride}, as: expand}
          - {conv: {filters: 2 * $width, stride: $stride}, when: $in != 2 * $width or $stride != 1}
      - relu
layers:
  - {residual: {width: 5, stride: 2}}
  - residual: 5
""",
        HEAD
        + """\
layers:
  - {conv: {filters: 5, kernel: 3, padding: same}}
  - relu
  - {conv: {filters: 10, kernel: 1, padding: same, stride: 2}, as: left}
  - {conv: {filters: 10, kernel: 1, padding: same, stride: 2}, from: input, as: right}
  - {add: , from: [left, right]}
  - {relu: , as: first}
  - {conv: {filters: 5, kernel: 3, padding: same}}
  - relu
  - {conv: {filters: 10, kernel: 1, padding: same}, as: left2}
  - {add: , from: [left2, first]}
  - relu
""",
    )


def test_paths_of_layers_in_blocks() -> None:
    net = load(
        "blocks: {inner: [relu, {add: [[tanh], []]}], outer: [inner, {inner: , as: last}]}\n"
        "layers: [outer, {outer: , as: top, repeat: 2}, outer]\n"
    )
    assert [n.id for n in net][:6] == [
        "outer1/inner1/relu1",
        "outer1/inner1/add1/1/tanh1",
        "outer1/inner1/add1",
        "outer1/last/relu1",
        "outer1/last/add1/1/tanh1",
        "outer1/last/add1",
    ]
    assert {n.id.split("/")[0] for n in net} == {"outer1", "top1", "top2", "outer2"}


def test_defaults_of_parameters_see_the_input_and_each_other() -> None:
    net = load(
        "params: {more: 2}\n"
        "blocks:\n"
        "  cell:\n"
        "    params: {ratio: , width: $in * $ratio + $more, k: '$width if $width < 4 else 3'}\n"
        "    layers: [{conv: {filters: $width, kernel: $k}}]\n"
        "layers: [{cell: 3}, {cell: {ratio: 5, k: 1}}]\n"
    )
    assert outputs(net) == {"cell1/conv1": "29x35x11", "cell2/conv1": "29x35x57"}


def test_arguments_are_read_where_the_block_is_called() -> None:
    net = load(
        "blocks:\n"
        "  inner: {params: {f: }, layers: [{conv: {filters: $f, kernel: 1}}]}\n"
        "  outer: {params: {f: }, layers: [{inner: $f + 2}, {inner: $in * $f}]}\n"
        "layers: [{outer: 5}]\n"
    )
    assert outputs(net) == {"outer1/inner1/conv1": "31x37x7", "outer1/inner2/conv1": "31x37x35"}


def test_in_is_what_comes_into_the_block_or_branch() -> None:
    net = load(
        "blocks:\n"
        "  cell: [{conv: {filters: 5, kernel: 1}}, {conv: {filters: $in, kernel: 1}}]\n"
        "layers:\n"
        "  - {conv: {filters: $in + 4, kernel: 1}}\n"
        "  - concat: [{conv: {filters: $in, kernel: 1}}, [{relu: , when: $in == 7}]]\n"
        "  - cell\n"
    )
    # An attribute's $in is what its own layer reads.
    assert [n.output.channels for n in net] == [7, 7, 7, 14, 5, 5]


def test_a_block_does_not_see_its_caller() -> None:
    with pytest.raises(cnn.SpecError) as caught:
        load(
            "params: {seen: 3}\n"
            "blocks:\n"
            "  inner: [{conv: {filters: $seen, kernel: $hidden}}, {relu: , from: stem}]\n"
            "  outer: {params: {hidden: 3}, layers: [{relu: , as: stem}, inner]}\n"
            "layers: [outer]\n"
        )
    assert [f.message for f in caught.value.faults] == [
        "unknown parameter $hidden",
        "there is no step 'stem' here",
    ]
    assert [call.block for call in caught.value.faults[0].chain] == ["outer", "inner"]


def test_nor_the_index_of_its_caller() -> None:
    with pytest.raises(cnn.SpecError) as caught:
        load(
            "blocks: {cell: [{conv: {filters: $index, kernel: 1}}]}\n"
            "layers: [{cell: , repeat: 3}]\n"
        )
    assert (caught.value.message, caught.value.faults[0].count) == ("unknown parameter $index", 3)


def test_several_inputs_and_an_output() -> None:
    net = load(
        "blocks:\n"
        "  cell:\n"
        "    inputs: [h, p]\n"
        "    params: {f: $p.channels}\n"
        "    output: out\n"
        "    layers:\n"
        "      - {conv: {filters: $f, kernel: 1}}\n"
        "      - {conv: {filters: $f, kernel: 1, stride: 1}, from: p, as: side}\n"
        "      - {add: , from: [^1, ^2], as: out}\n"
        "      - {tanh: , from: h}\n"
        "layers:\n"
        "  - {conv: {filters: 5, kernel: 1}, as: a}\n"
        "  - {cell: , from: [a, input]}\n"
        "  - {cell: {f: 7}, from: [^1, ^2]}\n"
        "  - softmax\n"
    )
    assert net["cell1/conv1"].inputs == ("a",)
    assert net["cell1/side"].inputs == ("input",)
    assert net["cell1/out"].inputs == ("cell1/side", "cell1/conv1")
    assert net["cell2/conv1"].inputs == ("cell1/out",)
    assert net["cell2/side"].inputs == ("a",)
    assert str(net["cell1/out"].output) == "31x37x3"
    assert net["softmax1"].inputs == ("cell2/out",)


SUM = (
    "blocks:\n"
    "  sum:\n"
    "    inputs: [first, more*]\n"
    "    layers:\n"
    "      - for: {one: $more}\n"
    "        as: part\n"
    "        do:\n"
    "          - conv: {filters: $one.channels + $first.channels, kernel: 1}\n"
    "            from: more$index\n"
    "      - {concat: , from: [first, part*, more*]}\n"
    "      - {conv: {filters: len($more), kernel: 1}, when: len($more) > 1}\n"
    "layers:\n"
    "  - {conv: {filters: 5, kernel: 1}, as: a}\n"
    "  - {conv: {filters: 7, kernel: 1}, as: b}\n"
)


def test_a_block_may_have_any_number_of_inputs() -> None:
    net = load(SUM + "  - {sum: , from: [a, b]}\n  - {sum: , from: [a, b, input]}\n")
    assert net["sum1/concat1"].inputs == ("a", "sum1/part1/conv1", "b")
    assert outputs(net)["sum1/part1/conv1"] == "31x37x12"
    assert net["sum2/concat1"].inputs == (
        *("a", "sum2/part1/conv1", "sum2/part2/conv1", "b", "input"),
    )
    assert outputs(net)["sum2/conv1"] == "31x37x2"


def test_further_inputs_may_be_none() -> None:
    net = load(
        "blocks: {act: {inputs: [x, more*], layers: "
        "[relu, {add: , from: [^1, more*], when: len($more) > 0},"
        " {tanh: , from: more*, when: len($more) > 0}]}}\n"
        "layers: [act, {act: , from: [^1, input]}]\n"
    )
    assert list(outputs(net)) == ["act1/relu1", "act2/relu1", "act2/add1", "act2/tanh1"]
    assert net["act2/relu1"].inputs == ("act1/relu1",)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "blocks: {b: {inputs: [x, y, more*], layers: [relu]}}\nlayers: [b]\n",
            (
                "net:4:10: error: block 'b' takes at least 2 inputs (x, y, more*), but 1 is given\n"
                "  |\n4 | layers: [b]\n  |          ^\n"
                "  help: name what it reads: from: [..., ...]"
            ),
        ),
        (
            "blocks: {b: {inputs: [x, more*], layers: [{relu: , from: more*}]}}\nlayers: [b]\n",
            (
                "net:3:44: error: 'relu' reads nothing: the block is given no input for 'more*'\n"
                "  |\n3 | blocks: {b: {inputs: [x, more*], layers: [{relu: , from: more*}]}}\n"
                "  |                                            ^^^^\n"
                "  help: give the block one more, or leave the step out where there is none: "
                "when: len($more) > 0"
            ),
        ),
        (
            "blocks: {b: {inputs: [more*, x], layers: [relu]}}\nlayers: [relu]\n",
            "net:3:23: error: 'more*' cannot name an input\n",
        ),
        (
            "blocks: {b: {inputs: [more*], params: {more2: 3}, layers: [relu]}}\nlayers: [relu]\n",
            "net:3:40: error: 'more2' cannot name a parameter: the name 'more2' is taken\n",
        ),
        (
            "blocks: {b: {inputs: [more1, more*], layers: [relu]}}\nlayers: [relu]\n",
            "net:3:23: error: 'more1' cannot name an input: the name 'more1' is taken\n",
        ),
        (
            "blocks: {b: {inputs: [x, in*], layers: [relu]}}\nlayers: [relu]\n",
            "net:3:26: error: 'in' cannot name an input: $in is the number of channels ",
        ),
        (
            (
                "blocks: {b: {inputs: [x, more*], layers: [{relu: , from: more}]}}\n"
                "layers: [{b: , from: [input, input]}]\n"
            ),
            "net:3:58: error: there is no step 'more' here; did you mean 'more1'?\n",
        ),
        (
            (
                "blocks: {b: {inputs: [x, more*], layers: [{for: {n: $x}, do: [relu]}]}}\n"
                "layers: [tanh, b]\n"
            ),
            (
                "net:3:53: error: column 'n' must be a list with one value per row, "
                "not the step 'tanh1'\n"
            ),
        ),
    ],
)
def test_what_further_inputs_cannot_be(body: str, message: str) -> None:
    with pytest.raises(cnn.SpecError) as caught:
        load(body)
    assert str(caught.value).startswith(message)


def test_expressions_may_ask_for_the_shape_of_an_input() -> None:
    net = load(
        "blocks:\n"
        "  fit:\n"
        "    inputs: [small, large]\n"
        "    layers:\n"
        "      - crop: [($large.height - $small.height) // 2, ($large.width - $small.width) // 2]\n"
        "        from: large\n"
        "        as: cut\n"
        "      - {concat: , from: [small, cut]}\n"
        "layers:\n"
        "  - {conv: {filters: 5, kernel: [3, 5]}, as: a}\n"
        "  - {fit: , from: [a, input]}\n"
        "  - {conv: {filters: '$a.c', kernel: 1}, when: false}\n"
    )
    assert str(net["fit1/concat1"].output) == "29x33x8"


@pytest.mark.parametrize(
    ("shape", "asked", "value"),
    [
        ("7x11x2", "$x.height * 100 + $x.width", 711),
        ("7x11x2", "$x.size[1] * 100 + $x.channels", 1102),
        ("7x11x2", "$x.count", 154),
        ("13x2", "$x.length * 10 + $x.c", 132),
        ("3x7x11x2", "$x.height * 100 + $x.width", 711),
        ("13", "$x.channels", 13),
    ],
)
def test_what_a_step_can_be_asked(shape: str, asked: str, value: int) -> None:
    net = cnn.loads(
        f"cnn: 1\ninput: {shape}\nblocks: {{ask: [{{dense: '{asked}'}}]}}\nlayers: [ask]\n"
    )
    assert net.nodes[0].attributes["units"] == value


def test_defaults_of_a_block_lie_over_those_of_the_spec_and_hold_in_it_alone() -> None:
    net = load(
        "defaults: {conv: {kernel: 3, stride: 2, padding: same}}\n"
        "blocks:\n"
        "  inner: [{conv: 5}]\n"
        "  outer:\n"
        "    defaults: {conv: {kernel: 5}}\n"
        "    layers: [{conv: 5}, inner, {conv: {filters: 5, kernel: 1}}]\n"
        "layers: [{conv: 5}, outer, {conv: 5}]\n"
    )
    written = [(n.attributes["kernel"], n.attributes["stride"]) for n in net]
    assert written == [(3, 2), (5, 2), (3, 2), (1, 2), (3, 2)]


def test_defaults_may_be_given_by_alias_and_hold_expressions() -> None:
    net = load(
        "params: {bias: false}\n"
        "defaults: {convolution: {bias: $bias, filters: $in * 2}, fc: {units: 7}}\n"
        "layers: [{conv: {kernel: 1}}, {conv: {kernel: 1}}, dense]\n"
    )
    assert [n.output.channels for n in net] == [6, 12, 7]
    assert [n.attributes["bias"] for n in net] == [False, False, True]


def test_an_operation_may_be_a_parameter() -> None:
    net = load(
        "blocks:\n"
        "  cell: {params: {act: relu, then: none}, layers: [$act, $then]}\n"
        "  pair: [tanh, tanh]\n"
        "layers: [cell, {cell: {act: elu}}, {cell: {act: pair, then: {a: 1}}, when: false}]\n"
    )
    assert [n.kind for n in net] == ["relu", "identity", "elu", "identity"]
