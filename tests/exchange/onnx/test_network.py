"""Networks of ONNX' operators: what becomes of them, and what is said of those that are wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.model import Model, Operation, Tensor
from cnnanalyze.exchange.onnx.network import Derived, convert, network
from tests.exchange.onnx.models import Extents, floats, model, node, whole

WEIGHT = floats("w", (4, 3, 3, 3))


def words(made: cnn.Network) -> list[str]:
    """Return each layer in a word or two."""
    return [f"{one.kind} {one.output}" for one in made]


def test_extents_that_are_no_numbers_are_one_image_in_front_and_asked_for_behind() -> None:
    given = {"x": ("batch", 3, "height", "width")}
    conv = model([node("y = Conv x w")], [WEIGHT], given)
    with pytest.raises(SpecError) as caught:
        network(conv)
    assert str(caught.value) == (
        "error: input 'x' is batchx3xheightxwidth: extent 3 is not a number\n"
        "  help: give the extents: --input x=3x224x224"
    )
    for size in ((3, 10, 14), (1, 3, 10, 14)):
        assert words(network(conv, inputs={"x": size})) == ["conv 8x12x4"]


def test_network_begins_and_ends_where_it_is_asked_to() -> None:
    chain = model(
        [node("a = Relu x"), node("b = Conv a w"), node("c = Tanh b"), node("d = Sigmoid c")],
        [WEIGHT],
    )
    assert words(network(chain, outputs=["c"])) == ["relu 10x14x3", "conv 8x12x4", "tanh 8x12x4"]
    part = network(chain, inputs={"b": (1, 4, 5, 7)}, outputs=["c"])
    assert (str(part.input), words(part)) == ("5x7x4", ["tanh 5x7x4"])


def test_bias_that_is_added_behind_belongs_to_its_layer() -> None:
    made = network(
        model([node("a = Conv x w"), node("y = Add a b")], [WEIGHT, floats("b", (1, 4, 1, 1))])
    )
    assert words(made) == ["conv 8x12x4"]
    assert made[0].attributes["bias"]
    reshaped = network(
        model(
            [node("a = Conv x w"), node("c = Unsqueeze b", axes=(1, 2)), node("y = Add a c")],
            [WEIGHT, floats("b", (4,))],
            opset=11,
        )
    )
    assert words(reshaped) == ["conv 8x12x4"]
    dense = network(
        model(
            [node("f = Flatten x"), node("a = MatMul f w"), node("y = Add b a")],
            [floats("w", (420, 5)), floats("b", (5,))],
        )
    )
    assert words(dense) == ["dense 5"]
    assert dense[0].attributes["bias"]


def test_bias_that_others_read_beside_is_a_layer_of_its_own() -> None:
    made = network(
        model(
            [node("a = Conv x w"), node("y = Add a b"), node("z = Relu a")],
            [WEIGHT, floats("b", (4, 1, 1))],
            outputs=["y", "z"],
        )
    )
    assert words(made) == ["conv 8x12x4", "affine 8x12x4", "relu 8x12x4"]


def test_zeros_that_an_exporter_makes_are_no_bias() -> None:
    zeros = [node("n = Shape w", start=0, end=1), node("b = Expand zero n"), node("y = Conv x w b")]
    (conv,) = network(model(zeros, [WEIGHT, floats("zero", (), 0)]))
    assert not conv.attributes["bias"]


def test_layers_share_weights_where_all_tensors_are_the_same() -> None:
    square = floats("w", (3, 3, 3, 3))
    both = [node("a = Conv x w", pads=(1, 1, 1, 1)), node("y = Conv a w", pads=(1, 1, 1, 1))]
    made = network(model(both, [square]))
    assert made[1].share == made[0].id
    assert cnn.analyze(made).total.parameters == 81
    biased = [node("a = Conv x w b", pads=(1,) * 4), node("y = Conv a w c", pads=(1,) * 4)]
    apart = network(model(biased, [square, floats("b", (3,)), floats("c", (3,))]))
    assert apart[1].share is None


def test_norms_with_the_same_numbers_are_not_shared() -> None:
    """Exporters store equal constants once, and those of a fresh network are all equal."""
    norm = "BatchNormalization {} s b m v"
    operations = [
        node("a = " + norm.format("x")),
        node("c = Relu a"),
        node("y = " + norm.format("c")),
    ]
    made = network(model(operations, [floats(name, (3,)) for name in "sbmv"]))
    assert [one.share for one in made] == [None] * 3
    assert cnn.analyze(made).total.stored == 24


def test_batch_that_is_baked_into_constants_is_one_image() -> None:
    made = convert(
        model(
            [node("a = Conv x w"), node("r = Reshape a shape"), node("y = Gemm r d", transB=1)],
            [WEIGHT, whole("shape", 64, 384), floats("d", (5, 384))],
            {"x": (64, 3, 10, 14)},
        )
    )
    assert words(made.network) == ["conv 8x12x4", "dense 5"]
    assert made.outputs["y"].extents == (64, 5)


def test_first_axis_is_no_batch_where_it_is_mixed() -> None:
    made = convert(model([node("y = Softmax x", axis=0)], inputs={"x": (5, 3, 7)}))
    assert str(made.network.input) == "3x7x5"
    assert made.outputs["y"].extents == (5, 3, 7)


def test_quantised_graphs_are_told_to_be() -> None:
    operations = [
        node("q = QuantizeLinear x s z"),
        node("d = DequantizeLinear q s z"),
        node("k = DequantizeLinear w s z"),
        node("y = Conv d k"),
    ]
    given = [
        Tensor("w", (4, 3, 3, 3), "int8"),
        floats("s", (), 0.5),
        Tensor("z", (), "int8", b"\0"),
    ]
    made = convert(model(operations, given))
    assert words(made.network) == ["conv 8x12x4"]
    assert cnn.analyze(made.network).total.parameters == 108
    assert made.notes == ("quantised: its numbers are those of real ones (3 times)",)


def test_operator_without_a_layer_is_opaque_with_its_tensors_counted() -> None:
    made = convert(
        model(
            [node("s = ai.acme::Swirl x w"), node("y = Relu s")],
            [WEIGHT],
            values={"s": ("batch", 6, 5, 7)},
        )
    )
    swirl = made.network[0]
    assert (swirl.kind, str(swirl.output), swirl.attributes["about"]) == (
        "opaque",
        "5x7x6",
        "Swirl",
    )
    total = cnn.analyze(made.network).total
    assert (total.parameters, total.complete) == (108, False)
    assert made.notes == ("Swirl is opaque: there is no layer for it",)


def test_decided_branches_are_followed() -> None:
    then = model([node("t = Relu x")]).graph
    other = model([node("e = Tanh x")]).graph
    for flag, kind in ((b"\1", "relu"), (b"\0", "tanh")):
        branch = node("y = If c", then_branch=then, else_branch=other)
        made = network(model([branch], [Tensor("c", (), "bool", flag)]))
        assert [one.kind for one in made] == [kind]


def test_findings_of_lint_point_at_the_node() -> None:
    made = network(model([node("a = Relu x"), node("b = Tanh a")]), file="net.onnx")
    assert str(made["b"].mark) == "net.onnx:2:1"
    assert made["b"].mark is not None
    assert "node 'b' (Tanh)" in made["b"].mark.snippet()


def one(line: str, *constants: Tensor, **attributes: object) -> Model:
    """Return a model of one operation."""
    return model([node(line, **attributes)], constants)


REFUSED: list[tuple[Model, str]] = [
    (one("y = Add x"), "node 'y' (Add): it has 1 input, and needs 2: 1 < 2"),
    (
        one("y = Relu x w", WEIGHT),
        "node 'y' (Relu): it has 2 inputs, and takes 1: 2 > 1",
    ),
    (one("y = Conv x _", WEIGHT), "node 'y' (Conv): its input 1 is missing"),
    (
        one("y = Conv x w", floats("w", (4, 5, 3, 3))),
        "node 'y' (Conv): each filter has 5 channels in 1 groups, but its input has 3: 5 · 1 ≠ 3",
    ),
    (
        one("y = Conv x w", WEIGHT, kernel_shape=(5, 5)),
        "node 'y' (Conv): kernel_shape says 5x5, but its weights have 3x3: 5x5 ≠ 3x3",
    ),
    (
        one("y = Conv x w", WEIGHT, strides=(0, 1)),
        "node 'y' (Conv): strides must be 2 whole numbers of at least 1, not [0, 1]",
    ),
    (
        one("y = Conv x w", WEIGHT, pads=(1, 1)),
        "node 'y' (Conv): pads must be 4 whole numbers, not [1, 1]",
    ),
    (one("y = Conv x w", WEIGHT, auto_pad="MANY"), "node 'y' (Conv): auto_pad cannot be 'MANY'"),
    (
        one("y = Conv x w", floats("w", (4, 3, 3))),
        "node 'y' (Conv): its weights have 3 axes, but its input has 4: 3 ≠ 4",
    ),
    (
        one("y = Conv x w", floats("w", (4, 3, 11, 3))),
        "node 'y' (Conv): kernel extent 11 does not fit into height 10: 11 > 10",
    ),
    (one("y = MaxPool x"), "node 'y' (MaxPool): kernel_shape is missing"),
    (
        one("y = BatchNormalization x s s s s", floats("s", (5,))),
        "node 'y' (BatchNormalization): it holds 5 numbers for 3 channels: 5 ≠ 3",
    ),
    (
        one("y = Reshape x s", whole("s", 11, -1)),
        "node 'y' (Reshape): it makes 11x-1 of 1x3x10x14: 11 ≠ 420",
    ),
    (
        one("y = Transpose x", perm=(0, 1, 1, 2)),
        "node 'y' (Transpose): perm [0, 1, 1, 2] is not an order of 4 axes",
    ),
    (
        one("y = Squeeze x s", whole("s", 1)),
        "node 'y' (Squeeze): axis 1 of 1x3x10x14 cannot be dropped: 3 ≠ 1",
    ),
    (
        one("y = Softmax x", axis=4),
        "node 'y' (Softmax): axis 4 is none of a tensor of 4 axes: 4 is not within -4 to 3",
    ),
    (
        one("y = Gather x i", whole("i", 5), axis=1),
        "node 'y' (Gather): place 5 is not within the 3 of axis 1",
    ),
    (
        one("y z = Split x s", whole("s", 1, 1), axis=1),
        "node 'y' (Split): the parts [1, 1] are not the 3 of axis 1: 2 ≠ 3",
    ),
    (
        one("y = Add x c", floats("c", (5,))),
        "node 'y' (Add): 1x3x10x14 and 5 do not fit together",
    ),
    (
        one("y = MatMul x w", floats("w", (5, 7))),
        "node 'y' (MatMul): its weights are for 5 numbers, but its input is 1x3x10x14: 5 ≠ 14",
    ),
    (one("y = Div x c", floats("c", (), 0)), "node 'y' (Div): it divides by 0"),
    (one("y = Relu q"), "node 'y' (Relu): it reads 'q', which nothing gives"),
    (
        one("y = ai.acme::Swirl x"),
        (
            "node 'y' (ai.acme::Swirl): its output 'y' is not known: there is no layer for it, "
            "and the file declares no shape"
        ),
    ),
    (
        model([node("a = Relu x"), node("y = Tanh a")], values={"a": (1, 3, 10, 13)}),
        (
            "node 'a' (Relu): the file declares 'a' as 1x3x10x13, but it is 1x3x10x14: "
            "1x3x10x13 ≠ 1x3x10x14"
        ),
    ),
    (
        model([node("y = Relu x")], opset=99),
        "the file uses version 99 of ONNX's operators, and the newest that is known is 28: 99 > 28",
    ),
    (
        model([node("y = Relu x")], inputs={"x": (1, 3, 0, 5)}),
        "input 'x' is 1x3x0x5: nothing goes in",
    ),
    (
        model([node("y = Relu x")], inputs={"x": None}),
        "the file does not say which extents input 'x' has",
    ),
]


@pytest.mark.parametrize(("wrong", "said"), REFUSED, ids=[said[:40] for _, said in REFUSED])
def test_what_is_wrong_is_told_with_its_node(wrong: Model, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        network(wrong)
    assert caught.value.message == said


def test_a_bias_of_a_map_of_one_place_is_no_position_embedding() -> None:
    squeezed = [node("a = GlobalAveragePool x"), node("r = Relu a"), node("y = Add r b")]
    made = network(model(squeezed, [floats("b", (1, 3, 1, 1))]))
    assert words(made) == ["global_avgpool 1x1x3", "relu 1x1x3", "affine 1x1x3"]
    assert not made[2].attributes["scale"]


@pytest.mark.parametrize(
    ("inputs", "outputs", "said"),
    [
        ({"z": (3, 5, 7)}, None, "there is no input 'z'; the inputs are 'x'"),
        (None, ["z"], "there is no value 'z' that an operation gives"),
        (
            {"x": (5,)},
            None,
            "input 'x' has 4 extents, the batch included, but 1 are given: 1 ≠ 4",
        ),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(
    inputs: Mapping[str, Sequence[int]] | None, outputs: Sequence[str] | None, said: str
) -> None:
    with pytest.raises(SpecError) as caught:
        network(model([node("y = Relu x")]), inputs=inputs, outputs=outputs)
    assert caught.value.message == said


def test_an_output_may_be_called_by_its_node() -> None:
    chain = [replace(node("b = Relu x"), name="first"), node("y = Tanh b")]
    part = network(model(chain), outputs=["first"])
    assert words(part) == ["relu 10x14x3"]
    with pytest.raises(SpecError) as caught:
        network(model(chain), outputs=["second"])
    assert str(caught.value) == (
        "error: there is no value 'second' that an operation gives\n"
        "  help: the outputs are 'y'; any node can be named as well"
    )


def test_what_no_operation_gives_has_no_shape_to_be_told() -> None:
    with pytest.raises(SpecError) as caught:
        convert(model([node("y = ai.acme::Swirl x")]), shapes={"z": (1, 3)})
    assert str(caught.value) == (
        "error: there is no value 'z' that an operation gives, so it has no shape\n"
        "  help: the outputs are 'y'"
    )


def test_means_of_windows_with_holes_are_layers() -> None:
    for operator, kind in (("AveragePool", "avgpool"), ("LpPool", "lppool")):
        operation = node(f"y = {operator} x", kernel_shape=(3, 3), dilations=(2, 1))
        made = network(model([operation]))
        assert words(made) == [f"{kind} 6x12x3"]
        assert made[0].attributes["dilation"] == (2, 1)


@pytest.mark.parametrize(
    ("operation", "constants", "said", "output"),
    [
        (
            node("y = Resize x _ _ s", mode="linear", antialias=1),
            [whole("s", 1, 3, 5, 7)],
            "smaller",
            "5x7x3",
        ),
        (node("y = Einsum x", equation="bcii->bci"), [], "a diagonal", "3x10"),
        (node("y = Gather x i", axis=2), [floats("i", (2,))], "not known", "2x14x3"),
    ],
)
def test_extents_of_what_has_no_layer_follow_from_what_it_reads(
    operation: Operation, constants: list[Tensor], said: str, output: str
) -> None:
    square = {"x": (1, 3, 10, 10)} if operation.operator == "Einsum" else None
    made = convert(model([operation], constants, square))
    assert [(one.kind, str(one.output)) for one in made.network] == [("opaque", output)]
    assert said in made.notes[0]


def test_a_resizing_to_any_number_of_places_is_told_at_once() -> None:
    made = convert(model([node("y = Resize x _ f")], [floats("f", (4,), 1, 1, 1e8, 1)]))
    assert made.notes == ("Resize is opaque: it takes more than 100,000 places one by one",)


EXACT: list[tuple[str, list[Operation], list[Tensor], Mapping[str, Extents], list[str]]] = [
    (
        "batch norm along the last axis of a graph that has its channels there",
        [
            node("t = Transpose x", perm=(0, 3, 1, 2)),
            node("c = Conv t w"),
            node("b = Transpose c", perm=(0, 2, 3, 1)),
            node("y = Mul b g"),
        ],
        [WEIGHT, floats("g", (4,))],
        {"x": (1, 10, 14, 3)},
        ["conv 8x12x4", "layer_scale 8x12x4"],
    ),
    (
        "heads of attention",
        [
            node("r = Reshape x s"),
            node("q = Transpose r", perm=(0, 2, 1, 3)),
            node("k = Transpose r", perm=(0, 2, 3, 1)),
            node("a = MatMul q k"),
            node("w = Softmax a", axis=-1),
            node("v = MatMul w q"),
            node("t = Transpose v", perm=(0, 2, 1, 3)),
            node("y = Reshape t f"),
        ],
        [whole("s", 0, 5, 2, 6), whole("f", 0, 5, 12)],
        {"x": (1, 5, 12)},
        [
            "rearrange 2x5x6",
            "matmul 2x5x5",
            "softmax 2x5x5",
            "matmul 2x5x6",
            "rearrange 5x12",
        ],
    ),
    (
        "a token before all others",
        [node("m = MatMul x w"), node("y = Concat t m", axis=1)],
        [floats("t", (1, 1, 7)), floats("w", (3, 7))],
        {"x": (1, 5, 3)},
        ["conv 5x7", "class_token 6x7"],
    ),
    (
        "positions of each token",
        [node("y = Add x p")],
        [floats("p", (1, 5, 7))],
        {"x": (1, 5, 7)},
        ["position_embedding 7x5"],
    ),
]


@pytest.mark.parametrize(
    ("operations", "constants", "inputs", "wanted"),
    [case[1:] for case in EXACT],
    ids=[case[0] for case in EXACT],
)
def test_operators_become(
    operations: list[Operation],
    constants: list[Tensor],
    inputs: Mapping[str, Extents],
    wanted: list[str],
) -> None:
    assert words(network(model(operations, constants, inputs))) == wanted


def test_weights_that_are_standardised_are_said_to_be() -> None:
    operations = [
        node("r = Reshape w s"),
        node("g = Mul gain factor"),
        node("v = Reshape g f"),
        node("n = BatchNormalization r v z z z", training_mode=1),
        node("k = Reshape n t"),
        node("y = Conv x k"),
    ]
    constants = [
        WEIGHT,
        floats("gain", (4, 1, 1, 1)),
        floats("factor", (), 0.2),
        floats("z", (4,), 0),
        whole("s", 1, 4, -1),
        whole("f", -1),
        whole("t", 4, 3, 3, 3),
    ]
    made = convert(model(operations, constants))
    (conv,) = made.network
    assert (conv.attributes["weight_standardized"], conv.attributes["gain"]) == (True, True)
    assert cnn.analyze(made.network).total.parameters == 108 + 4
    assert made.notes == ()


def test_weights_that_are_computed_with_are_told() -> None:
    operations = [node("k = Mul w v"), node("y = Conv x k")]
    made = convert(model(operations, [WEIGHT, floats("v", (4, 3, 3, 3))]))
    (note,) = made.derived.notes()
    assert note == (
        "216 numbers of the file, the first of them in 'w', are held by no layer: "
        "the layers hold 108 that are computed of the file's"
    )


def test_numbers_that_only_one_side_has_are_told_alone() -> None:
    assert Derived(7, "w").notes() == (
        "7 numbers of the file, the first of them in 'w', are computed with and held by no layer",
    )
    assert Derived(computed=5).notes() == ("5 numbers that layers hold are computed in the file",)
    assert Derived().notes() == ()


def test_numbers_of_modules_are_learned_and_those_of_code_are_not() -> None:
    operations = [
        node("a = Mul x skip.gain"),
        node("b = Mul a val_7"),
        node("c = Mul b val_8"),
        node("y = Mul c gain"),
    ]
    numbers = [("skip.gain", (), 0.5), ("val_7", (), 2), ("val_8", (1,), 3), ("gain", (1,), 5)]
    made = network(model(operations, [floats(*one) for one in numbers]))
    assert [one.kind for one in made] == ["layer_scale", "scale", "scale", "layer_scale"]
    assert cnn.analyze(made).total.parameters == 2


@pytest.mark.parametrize(
    ("extents", "stored", "fixed", "note"),
    [
        ((7, 1, 9, 9), 0, 7 * 81, "masks of attention are numbers that no training changes"),
        ((1, 5, 9, 9), 5 * 81, 0, "it has 280 parameters fewer"),
        ((1, 5, 1, 9), 45, 0, ""),
    ],
)
def test_what_is_added_to_scores_is_a_mask_or_a_bias(
    extents: tuple[int, ...], stored: int, fixed: int, note: str
) -> None:
    """Five heads see seven windows of nine places: a table of 3·2 - 1 squared has 25 numbers."""
    made = convert(
        model(
            [node("a = Add x b"), node("y = Softmax a", axis=-1)],
            [floats("b", extents)],
            {"x": (1, 7, 5, 9, 9)},
            opset=13,
        )
    )
    total = cnn.analyze(made.network).total
    assert (total.parameters, total.stored - total.parameters) == (stored, fixed)
    assert [one for one in made.notes if note in one] if note else made.notes == ()


def test_what_is_added_elsewhere_is_no_mask() -> None:
    made = convert(
        model(
            [node("a = Add x b"), node("y = Relu a")],
            [floats("b", (7, 1, 9, 9))],
            {"x": (1, 7, 5, 9, 9)},
            opset=13,
        )
    )
    assert (cnn.analyze(made.network).total.parameters, made.notes) == (7 * 81, ())


QKV = {"q": (1, 6, 5, 8), "k": (1, 3, 7, 8), "v": (1, 3, 7, 8)}


def test_keys_that_several_queries_share_are_read_several_times() -> None:
    made = network(model([node("y = Attention q k v", softcap=2.0)], inputs=QKV, opset=23))
    kinds = [one.kind for one in made]
    assert kinds.count("matmul") == 2
    assert kinds[kinds.index("matmul") :].count("tanh") == 1
    # Six heads, five queries, seven keys, eight numbers: twice.
    assert cnn.analyze(made).total.operations("mac") == 2 * 6 * 5 * 7 * 8


@pytest.mark.parametrize(
    ("extents", "stored", "fixed"), [((5, 7), 0, 35), ((6, 5, 7), 210, 0), ((1, 1, 5, 7), 0, 35)]
)
def test_mask_of_an_attention_is_fixed_unless_each_head_has_its_own(
    extents: tuple[int, ...], stored: int, fixed: int
) -> None:
    one = model([node("y = Attention q k v m")], [floats("m", extents)], QKV, opset=23)
    total = cnn.analyze(network(one)).total
    assert (total.parameters, total.stored - total.parameters) == (stored, fixed)


@pytest.mark.parametrize(
    ("attributes", "mask", "said"),
    [
        ({"is_causal": 1}, (5, 7), "it is causal, and there is no layer of what is masked so"),
        ({"left_window_size": 2}, (5, 7), "it sees only what is near"),
        ({}, (5, 3), "its mask is shorter than the keys"),
    ],
)
def test_attention_that_is_opaque_says_why(
    attributes: Mapping[str, int], mask: tuple[int, ...], said: str
) -> None:
    operation = node("y = Attention q k v m", **attributes)
    shapes = {"y": (1, 6, 5, 8)}
    made = convert(model([operation], [floats("m", mask)], QKV, opset=23), shapes=shapes)
    assert made.notes == (f"Attention is opaque: {said}",)


@pytest.mark.parametrize(
    ("functions", "attributes"),
    [((), {}), (("Relu",), {"activation": "relu"}), (("Tanh",), {})],
)
def test_recurrence_without_gates_is_a_layer(
    functions: tuple[str, ...], attributes: Mapping[str, str]
) -> None:
    more = {"activations": functions} if functions else {}
    one = model(
        [node("_ y = RNN x w r b", hidden_size=7, **more)],
        [floats("w", (1, 7, 5)), floats("r", (1, 7, 7)), floats("b", (1, 14))],
        {"x": (11, 1, 5)},
        outputs=["y"],
    )
    made = next(one for one in network(one) if one.kind == "rnn")
    assert made.attributes["activation"] == attributes.get("activation", "tanh")
    assert cnn.analyze(network(one)).total.parameters == 7 * 5 + 7 * 7 + 14


def test_recurrence_with_another_function_is_opaque() -> None:
    one = model(
        [node("_ y = RNN x w r", hidden_size=7, activations=("Elu",))],
        [floats("w", (1, 7, 5)), floats("r", (1, 7, 7))],
        {"x": (11, 1, 5)},
        outputs=["y"],
    )
    assert convert(one).notes == ("RNN is opaque: its activations are others",)
