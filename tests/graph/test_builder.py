"""Networks made in Python: the same as from a text, and as good everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import cnnanalyze as cnn
from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.merge import Add
from tests.strategies import STRATEGIES
from tests.strategies.case import Case

SPECS = Path(__file__).parents[2] / "specs"


def rebuilt(net: cnn.Network) -> cnn.Network:
    """Return a network made by the builder of the layers of another, with other names."""
    b = cnn.NetworkBuilder(net.name)
    tensors = {
        name: b.input(one.shape, name=name, values=one.values) for name, one in net.inputs.items()
    }
    for number, node in enumerate(net, 1):
        tensors[node.id] = b.layer(
            node.layer,
            *(tensors[i] for i in node.inputs),
            name=f"n{number}",
            frozen=node.frozen,
            share=None if node.share is None else tensors[node.share],
            weights={g.role: g.values for g in node.given} or None,
        )
    return b.build(outputs=[tensors[o] for o in net.outputs])


def facts_of(net: cnn.Network) -> list[Any]:
    """Return everything that the rules say of a network, without names."""
    report = cnn.analyze(net)
    number = {name: n for n, name in enumerate((*net.inputs, *(node.id for node in net)))}
    return [
        (report.total, report.analysis.memory.live, report.analysis.memory.peak, report.status),
        *(
            (
                facts.node.layer,
                tuple(number[i] for i in facts.node.inputs),
                facts.node.input_shapes,
                facts.output,
                facts.params,
                facts.cost,
                facts.fields,
                facts.narrow,
                facts.aligned,
                facts.fit,
                facts.closes,
                facts.order,
                facts.node.frozen,
                facts.node.given,
            )
            for facts in report
        ),
    ]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda p: p.stem)
def test_a_published_network_built_in_python_is_the_same(path: Path) -> None:
    net = cnn.load(path)
    again = rebuilt(net)
    assert type(again) is cnn.Network
    assert facts_of(again) == facts_of(net)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("kind", sorted(STRATEGIES))
def test_every_kind_built_in_python_is_the_same_and_written_and_read_again(kind: str) -> None:
    @given(STRATEGIES[kind])
    def check(case: Case) -> None:
        net = case.network
        again = rebuilt(net)
        assert facts_of(again) == facts_of(net)
        assert cnn.loads(cnn.dumps(again)).network == again

    check()


def test_the_same_as_from_a_text() -> None:
    b = cnn.NetworkBuilder("small")
    image = b.input(31, 37, 3)
    x = b.conv(image, filters=5, kernel=[3, 1], stride=2, name="stem")
    with b.block("cell"):
        y = b.relu(b.batchnorm(b.conv(x, 5, kernel=3, padding="same")))
        with b.block("gate", frozen=True):
            g = b.sigmoid(b.conv(b.global_avgpool(y), 5, kernel=1))
        y = b.multiply(y, g)
    z = b.add([x, y])
    out = b.softmax(b.dense(b.flatten(z), units=7))
    text = """
cnn: 1
name: small
input: 31x37x3
blocks:
  gate: [gap, {conv: {filters: 5, kernel: 1}}, sigmoid]
  cell:
    - {conv: {filters: 5, kernel: 3, padding: same}}
    - batchnorm
    - relu
    - {gate: , as: gate, frozen: true}
    - {multiply: , from: [relu1, gate]}
layers:
  - {conv: {filters: 5, kernel: [3, 1], stride: 2}, as: stem}
  - {cell: , as: cell}
  - {add: , from: [stem, cell]}
  - flatten
  - {dense: 7}
  - softmax
"""
    net = b.build(outputs=out)
    assert net == cnn.loads(text).network
    assert all(node.origin is None for node in net)


def test_names_and_numbers() -> None:
    b = cnn.NetworkBuilder()
    x = b.input(9, 9, 2)
    assert x.id == "input"
    assert b.relu(x, name="relu2").id == "relu2"
    assert [b.relu(x).id for _ in range(2)] == ["relu1", "relu3"]
    with b.block("one"), b.block("two"):
        assert b.relu(x).id == "one/two/relu1"
    assert b.relu(x).id == "relu4"
    assert b.build().outputs == ("relu4",)


def test_what_a_tensor_tells() -> None:
    b = cnn.NetworkBuilder()
    x = b.conv(b.input(9, 7, 2), filters=5, kernel=3)
    assert (x.shape, x.size, x.channels) == (Shape((7, 5), 5), (7, 5), 5)
    assert repr(x) == "Tensor(id='conv1', shape=Shape(size=(7, 5), channels=5))"


def test_layers_ready_made_and_by_name() -> None:
    b = cnn.NetworkBuilder()
    x = b.input(9, 7, 2)
    y = b.layer(Conv(filters=2, kernel=3, padding="same"), x)
    z = b.layer("conv", x, filters=2, kernel=3, padding="same")
    b.layer(Add(), y, z)
    one, two, three = b.build()
    assert one.layer == two.layer
    assert three.inputs == ("conv1", "conv2")
    assert b.fc(b.flatten(x), 3).id == "dense1"  # an alias


def test_shared_frozen_and_given_weights() -> None:
    b = cnn.NetworkBuilder()
    x = b.input(3, 3, 1, values=np.array([[[1], [2], [3]], [[4], [5], [6]], [[7], [8], [9]]]))
    one = b.conv(x, 1, kernel=2, weights={"kernel": np.ones((2, 2)), "bias": 1}, name="first")
    two = b.conv(one, 1, kernel=2, share="first")
    b.conv(x, 1, kernel=2, share=two, frozen=True)
    net = b.build()
    assert net.values == (((1,), (2,), (3,)), ((4,), (5,), (6,)), ((7,), (8,), (9,)))
    assert net[0].given[1].values == (1,)
    assert [node.share for node in net] == [None, "first", "first"]
    assert [node.frozen for node in net] == [False, False, True]
    assert cnn.analyze(net).total.parameters == 5
    assert cnn.verify(net).is_balanced
    assert cnn.loads(cnn.dumps(net)).network == net


def test_kinds_of_plug_ins() -> None:
    with KINDS.scoped():

        @cnn.layer("acme.twice")
        class Twice(cnn.Layer):
            """Twice the input."""

            times: int = 2

            def shape(self, *inputs: Shape) -> Shape:
                return inputs[0]

            def cost(self, output: Shape, *inputs: Shape) -> cnn.Cost:  # noqa: ARG002
                return cnn.Cost(multiply=output.count)

        b = cnn.NetworkBuilder()
        b.layer("acme.twice", b.input(5, 5, 3), times=4)
        report = cnn.analyze(b.build())
        assert report["acme.twice1"].node.layer == Twice(times=4)
        assert report.total.cost.multiply == 75


def test_several_inputs() -> None:
    b = cnn.NetworkBuilder("two")
    left, right = b.input(9, 7, 2, name="left"), b.input(9, 7, 3)
    net = b.build(outputs=b.concat(b.relu(left), right))
    assert {name: str(one.shape) for name, one in net.inputs.items()} == {
        "left": "9x7x2",
        "input2": "9x7x3",
    }
    assert net["concat1"].inputs == ("relu1", "input2")
    assert net.shape_of("left") == left.shape
    assert net.consumers[right.id] == ("concat1",)
    assert set(net.digraph().predecessors("concat1")) == {"relu1", "input2"}


def test_what_is_told_of_networks_with_one_input_is_refused_plainly() -> None:
    b = cnn.NetworkBuilder("two")
    net = b.build(outputs=b.add(b.input(9, 7, 2, name="left"), b.input(9, 7, 2, name="right")))
    asked: list[Any] = [lambda: net.input, lambda: net.values]
    for ask in asked:
        with pytest.raises(cnn.UsageError) as caught:
            ask()
        assert caught.value.message == (
            "two has 2 inputs (left, right), and this is told of networks with one"
        )
    assert cnn.explain(net, "add1", "output").value == Shape((9, 7), 2)
    assert cnn.lint(net).findings == ()
    assert cnn.dumps(cnn.loads(cnn.dumps(net))) == cnn.dumps(net)


def test_the_only_input_is_called_input() -> None:
    b = cnn.NetworkBuilder()
    x = b.relu(b.input(3, name="image"))
    with pytest.raises(cnn.UsageError) as caught:
        b.build(outputs=x)
    assert caught.value.message == "the only input of a network is called 'input', not 'image'"


# --- refusals -------------------------------------------------------------------------------------


def refusal(make: Any) -> tuple[str, str]:
    b = cnn.NetworkBuilder("small")
    with pytest.raises(cnn.CnnError) as caught:
        make(b, b.input(9, 7, 2))
    (fault,) = caught.value.faults
    assert fault.mark is None
    return fault.message, fault.help


def test_a_layer_that_refuses_its_input_is_named() -> None:
    message, text = refusal(lambda b, x: b.conv(x, 3, kernel=[3, 11], name="wide"))
    assert message == "wide: kernel extent 11 does not fit into width 7: 11 > 7"
    assert text == "use 'padding: same', a smaller kernel or a larger input"
    b = cnn.NetworkBuilder()
    x = b.input(3, 3, 1)
    wide = b.conv(x, 2, kernel=2)
    with pytest.raises(cnn.ShapeError):
        b.add(x, wide)


REFUSED: list[tuple[Any, str]] = [
    (
        lambda b, x: b.layer("covn", x),
        "there is no layer kind 'covn'; did you mean 'conv'?",
    ),
    (
        lambda b, x: b.conv(x, filter=3, kernel=3, filters=3),
        (
            "conv1: 'conv' has no attribute 'filter'; it takes kernel, stride, padding, dilation, "
            "bias, filters, groups, weight_standardized, gain; did you mean 'filters'?"
        ),
    ),
    (lambda b, x: b.conv(x, 3), "conv1: 'conv' needs 'kernel'"),
    (
        lambda b, x: b.conv(x, filters=0, kernel=3),
        "conv1: filters must be a whole number of at least 1, not 0",
    ),
    (lambda b, x: b.relu(x, 3), "relu1: 'relu' takes no bare value, but 3 is given"),
    (lambda b, x: b.conv(x, 3, 5), "a layer takes one bare value, not 2"),
    (lambda b, x: b.conv(3, x), "3 comes before what the layer reads"),
    (lambda b, _: b.relu(), "relu1: 'relu' takes 1 input, but 0 are given"),
    (lambda b, x: b.add(x), "add1: 'add' takes at least 2 inputs, but 1 is given"),
    (
        lambda b, x: b.layer(Conv(filters=3, kernel=3), x, stride=2),
        "conv1: this conv is made already, and takes no stride",
    ),
    (lambda b, x: b.relu(x, name="a/b"), "'a/b' cannot name a layer, a block or an input"),
    (
        lambda b, x: (b.relu(x, name="a"), b.tanh(x, name="a")),
        "the name 'a' is taken",
    ),
    (lambda b, x: b.relu(x, name="input"), "the name 'input' is taken"),
    (
        lambda b, _: b.relu(cnn.NetworkBuilder("other").input(3)),
        "'input' belongs to another builder, of other",
    ),
    (
        lambda b, x: b.conv(x, 3, kernel=3, share="stem"),
        "conv1 cannot share the weights of 'stem': that is no layer",
    ),
    (
        lambda b, x: b.conv(x, 3, kernel=3, share=b.conv(x, 5, kernel=3)),
        (
            "conv2 cannot share the weights of conv1: "
            "conv (kernel 3x3x2x3, bias 3) ≠ conv (kernel 3x3x2x5, bias 5)"
        ),
    ),
    (
        lambda b, x: b.conv(x, 3, kernel=3, share=b.conv(x, 3, kernel=3), weights=1),
        "conv2: a layer that shares weights cannot be given others",
    ),
    (
        lambda b, x: b.relu(x, share=b.conv(x, 3, kernel=3)),
        "relu1: 'relu' has no weights to share",
    ),
    (
        lambda b, x: b.conv(x, 3, kernel=3, weights=[1, 2]),
        (
            "conv1: the given kernel is 2 numbers, but the layer takes 3x3x2x3, "
            "3x3 for all channels, 3x3x3 (one per filter) or one number for all of it"
        ),
    ),
    (
        lambda b, x: b.conv(x, 3, kernel=3, weights={"kernels": 1}),
        "conv1: 'conv' has no 'kernels'; it has kernel, bias; did you mean 'kernel'?",
    ),
    (lambda b, _: b.input(), "an input has one to 4 extents, not 0"),
    (
        lambda b, _: b.input(3, 0),
        (
            "every extent of an input must be a whole number of at least 1 and at most "
            "1,000,000,000,000, not 0"
        ),
    ),
    (
        lambda b, _: b.input(2, values=[1, 2, 3]),
        "the values of the input do not have its shape 2: a list of 3 instead of one of 2",
    ),
    (lambda b, _: b.build(), "small has no layers"),
    (lambda b, x: (b.relu(x), b.build(outputs=[])), "small needs an output"),
    (lambda b, x: (b.relu(x), b.build(outputs=x)), "the input 'input' cannot be an output"),
    (
        lambda b, x: (b.relu(x), b.build(outputs="relu1")),
        "an output must be a tensor that a layer returned, not 'relu1'",
    ),
    (
        lambda b, x: (b.relu(x), b.build(outputs=3)),
        "an output must be a tensor that a layer returned, not 3",
    ),
    (lambda b, x: b.layer(3, x), "a layer is made already, or named by its kind, not by 3"),
    (lambda b, x: b.layer([], x), "a layer is made already, or named by its kind, not by []"),
    (
        lambda b, x: b.layer(Conv, x),
        (
            "a layer is made already, or named by its kind, not by "
            "<class 'cnnanalyze.layers.conv.Conv'>"
        ),
    ),
    (lambda b, x: b.relu(x, name=3), "3 cannot name a layer, a block or an input"),
    (lambda b, _: b.block(5).__enter__(), "5 cannot name a layer, a block or an input"),
    (
        lambda b, x: b.add([x, "conv1"]),
        "a layer reads tensors of b.input(...) or of other layers, not 'conv1'",
    ),
    (
        lambda b, x: b.conv(x, 5, filters=3, kernel=3),
        "conv1: filters is given twice, as 5 and as 3",
    ),
    (
        lambda b, _: b.conv("stem", filters=3, kernel=3),
        "conv1: filters is given twice, as 'stem' and as 3",
    ),
    (
        lambda b, x: b.relu(x, layer=3),
        "relu1: 'relu' has no attribute 'layer'; it takes no attributes",
    ),
    (
        lambda b, x: b.relu(x, self=3),
        "relu1: 'relu' has no attribute 'self'; it takes no attributes",
    ),
    (
        lambda b, x: b.conv(x, 3, kernel=3, share=[]),
        "conv1 cannot share the weights of []: that is no layer",
    ),
    (
        lambda *_: cnn.NetworkBuilder(3),  # type: ignore[arg-type]
        "the name of a network must be a text, not 3",
    ),
    (
        lambda b, x: b.relu(x, frozen="yes"),
        "relu1: 'frozen' must be true or false, not 'yes'",
    ),
    (
        lambda b, _: b.block("cell", frozen=1).__enter__(),
        "cell: 'frozen' must be true or false, not 1",
    ),
    (lambda *_: cnn.NetworkBuilder(" "), "the name of a network must be a text, not ' '"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[m for _, m in REFUSED])
def test_what_is_refused(make: Any, message: str) -> None:
    assert refusal(make)[0] == message


def test_a_kind_that_is_not_there_is_no_attribute() -> None:
    b = cnn.NetworkBuilder()
    with pytest.raises(AttributeError, match=r"no layer kind 'covn'; did you mean 'conv'\?"):
        _ = b.covn
    assert not hasattr(b, "covn")
    assert {"conv", "fc", "input", "build"} <= set(dir(b))


def test_several_faults_of_a_layer_are_told_together() -> None:
    b = cnn.NetworkBuilder()
    with pytest.raises(cnn.UsageError) as caught:
        b.conv(b.input(9, 9, 1), filters=0, stride=0)
    assert [fault.message for fault in caught.value.faults] == [
        "conv1: 'conv' needs 'kernel'",
        "conv1: stride must be a whole number of at least 1, not 0",
        "conv1: filters must be a whole number of at least 1, not 0",
    ]


@pytest.mark.parametrize(
    ("make", "message", "help_"),
    [
        (
            lambda b, x: b.conv(x, out_channels=5, kernel=3),
            (
                "conv1: 'conv' has no attribute 'out_channels'; it takes kernel, stride, padding, "
                "dilation, bias, filters, groups, weight_standardized, gain; "
                "did you mean 'filters'?"
            ),
            "",
        ),
        (
            lambda b, x: b.conv(x, filters=5, kernel=3, trainable=False),
            (
                "conv1: 'conv' has no attribute 'trainable'; it takes kernel, stride, padding, "
                "dilation, bias, filters, groups, weight_standardized, gain; "
                "did you mean 'frozen'?"
            ),
            "every layer takes 'frozen' besides its attributes",
        ),
        (
            lambda b, x: b.conv(x, filters=5, kernel="3x3"),
            "conv1: kernel must be a whole number of at least 1, or one per axis, not '3x3'",
            "write kernel: 3",
        ),
        (
            lambda b, x: b.conv(x),
            "conv1: 'conv' needs 'kernel' and 'filters'",
            (
                "kernel: size of the kernel, for all axes or per axis; "
                "filters: number of filters: channels of the output"
            ),
        ),
        (
            lambda b, x: b.layer("Conv2d", x),
            "there is no layer kind 'Conv2d'; did you mean 'conv'?",
            "'cnnanalyze layers' lists them",
        ),
        (
            lambda b, x: b.layer("RoIAlign", x),
            "there is no layer kind 'RoIAlign': pooling of regions cannot be expressed",
            (
                "adaptive_maxpool: {size: 7} pools the whole map to a size; "
                "branches of several sizes can be joined by 'concat'"
            ),
        ),
    ],
)
def test_words_of_frameworks_lead_to_ours_as_they_do_in_a_spec(
    make: Any, message: str, help_: str
) -> None:
    assert refusal(make) == (message, help_)


def test_a_misspelt_attribute_is_not_missed_as_well() -> None:
    b = cnn.NetworkBuilder()
    with pytest.raises(cnn.UsageError) as caught:
        b.conv(b.input(9, 9, 1), filter=3, kernel=3)
    assert len(caught.value.faults) == 1


def test_a_layer_that_was_refused_leaves_nothing_behind() -> None:
    b = cnn.NetworkBuilder()
    x = b.input(9, 9, 1)
    with pytest.raises(cnn.CnnError):
        b.conv(x, 3, kernel=99, name="stem")
    b.conv(x, 3, kernel=3, name="stem")
    assert [node.id for node in b.build()] == ["stem"]


def test_what_was_refused_takes_no_number_and_no_name() -> None:
    b = cnn.NetworkBuilder()
    x = b.input(9, 9, 1)
    for _ in range(2):
        with pytest.raises(cnn.ShapeError), b.block("cell"):
            b.conv(x, 3, kernel=99)
    with b.block("cell"):
        assert b.conv(x, 3, kernel=3).id == "cell/conv1"
    with pytest.raises(cnn.UsageError, match="the name 'cell' is taken"), b.block("cell"):
        pass


def test_numbers_of_numpy_are_numbers() -> None:
    b = cnn.NetworkBuilder()
    size = np.array([9, 7, 2])
    x = b.conv(b.input(*size), np.int64(5), kernel=np.array([3, 1]), bias=np.bool_(False))
    assert x.shape == Shape((7, 7), 5)
    assert b.build()[0].layer == Conv(filters=5, kernel=(3, 1), bias=False)
    with pytest.raises(cnn.UsageError, match=r"filters must be a whole number .*, not 2\.5"):
        b.conv(x, np.float32(2.5), kernel=3)


def test_the_help_for_too_few_inputs_says_how_many() -> None:
    assert refusal(lambda b, _: b.relu())[1] == "b.relu(x)"
    assert refusal(lambda b, x: b.add(x))[1] == "b.add(x, y)"


def test_the_only_input_has_the_name_that_specs_know_it_by() -> None:
    b = cnn.NetworkBuilder("small")
    b.relu(b.input(9, 7, 2, name="image"))
    sentence = "the only input of a network is called 'input', not 'image'"
    with pytest.raises(cnn.UsageError, match=sentence):
        b.build()


def test_networks_and_builders_are_short_to_look_at() -> None:
    b = cnn.NetworkBuilder("small")
    b.relu(b.input(9, 7, 2))
    assert repr(b) == "<NetworkBuilder of small: 1 layer>"
    assert repr(b.build()) == "<Network small: input 9x7x2, 1 layer>"
    assert repr(cnn.load("zoo:resnet50")) == "<Spec ResNet-50: input 224x224x3, 175 layers>"


def test_no_attribute_of_a_kind_has_the_name_of_an_option() -> None:
    taken = {"layer", "read", "name", "frozen", "share", "weights"}
    assert [
        (cls.kind, taken & set(cls.model_fields)) for cls in KINDS if taken & set(cls.model_fields)
    ] == []


def test_no_kind_is_hidden_by_a_method() -> None:
    hidden = {word for word in KINDS.words() if word in vars(cnn.NetworkBuilder)}
    assert hidden == set()


def test_nodes_are_values() -> None:
    def net() -> cnn.Network:
        b = cnn.NetworkBuilder()
        b.relu(b.input(3, 3, 1))
        return b.build()

    assert net() == net()
    assert isinstance(net()[0], Node)
    with pytest.raises(AttributeError):
        net()[0].id = "other"  # type: ignore[assignment,misc]
