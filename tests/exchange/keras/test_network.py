"""Models of Keras as networks: small ones with what Keras counts, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.exchange.keras.network import from_text
from tests.exchange.keras.models import layer, model, read, row, shown, start, tensor

EDGE = Path(__file__).parent / "edge"
COUNTED = json.loads((EDGE / "oracle.json").read_text("utf-8"))
"""What Keras 3 counts of small odd networks, layer by layer; the initialisers were left out of
their configurations."""


def extents(shape: Any) -> list[int]:
    """Return the extents of a shape that say something, wherever its layer has them."""
    return sorted(n for n in shape if n != 1)


@pytest.mark.parametrize("name", COUNTED)
def test_small_networks_are_what_keras_counts(name: str) -> None:
    text = (EDGE / f"{name}.json").read_text("utf-8")
    net, expected = from_text(text), COUNTED[name]
    report = cnn.analyze(net)
    total = report.total
    assert total.parameters == expected["trainable"]
    assert total.parameters + total.statistics == expected["params"]
    outputs = [[None, *net[end].output.extents] for end in net.outputs]
    assert outputs == expected["outputs"]
    for one in expected["layers"]:
        name = one["name"].replace("/", ".")
        if name in net:
            node = net[name]
            assert extents(node.output.extents) == extents(one["out"][0][1:]), one["name"]
            assert report[node.id].parameters == one["trainable"], one["name"]
        else:
            assert one["cls"] == "InputLayer"


def test_layer_that_is_called_twice_is_counted_once() -> None:
    conv = layer("Conv2D", "conv", "x", "relu", filters=3, kernel_size=[3, 3], padding="same")
    net = read(model(start(), conv, layer("ReLU", "relu", "conv"), out=[["conv", 1, 0]]))
    assert [(node.id, node.share) for node in net] == [
        ("conv", None),
        ("relu", None),
        ("conv_2", "conv"),
    ]
    assert cnn.analyze(net).total.parameters == 3 * 3 * 3 * 3 + 3


def test_model_that_is_called_twice_is_counted_once() -> None:
    inner = model(
        start("a", 13, 11, 3), layer("Conv2D", "conv", "a", filters=3, kernel_size=1), name="inner"
    )
    inner["inbound_nodes"] = [{"args": [tensor("x")], "kwargs": {}}, _args(tensor("inner"))]
    net = read(model(start(), inner, out=[["inner", 2, 0]]))
    assert [(node.id, node.share) for node in net] == [
        ("inner.conv", None),
        ("inner_2.conv", "inner.conv"),
    ]
    assert net.outputs == ("inner_2.conv",)


def _args(one: Any) -> dict[str, Any]:
    return {"args": [one], "kwargs": {}}


def test_channels_first_is_the_same_network() -> None:
    first = row(
        layer("Conv2D", "conv", filters=5, kernel_size=3, data_format="channels_first"),
        layer("BatchNormalization", "bn", axis=1),
        layer("ReLU", "relu"),
        layer("MaxPooling2D", "pool", pool_size=2, data_format="channels_first"),
        layer("GlobalAveragePooling2D", "gap", data_format="channels_first"),
        layer("Dense", "dense", units=7),
        shape=(3, 13, 11),
    )
    last = row(
        layer("Conv2D", "conv", filters=5, kernel_size=3),
        layer("BatchNormalization", "bn", axis=3),
        layer("ReLU", "relu"),
        layer("MaxPooling2D", "pool", pool_size=2),
        layer("GlobalAveragePooling2D", "gap"),
        layer("Dense", "dense", units=7),
    )
    lines = shown(first)
    assert lines[0] == "conv_rearrange rearrange input 13x11x3"
    assert [line.split()[-1] for line in lines[1:]] == [line.split()[-1] for line in shown(last)]
    totals = [cnn.analyze(read(one)).total for one in (first, last)]
    assert totals[0].parameters == totals[1].parameters
    assert totals[0].operations("mac") == totals[1].operations("mac")


def test_flattened_channels_first_are_put_last_before() -> None:
    net = read(
        row(
            layer("Conv2D", "conv", filters=5, kernel_size=3, data_format="channels_first"),
            layer("Flatten", "flat", data_format="channels_first"),
            layer("Dense", "dense", units=7),
            shape=(3, 5, 5),
        )
    )
    assert [node.kind for node in net][-3:] == ["conv", "flatten", "dense"]


def test_activations_of_other_layers_stand_behind_them() -> None:
    net = shown(
        row(
            layer("Conv2D", "conv", filters=5, kernel_size=3, activation="relu"),
            layer("Dense", "dense", units=7, activation="softmax"),
        )
    )
    assert net == [
        "conv conv input 11x9x5",
        "conv_relu relu conv 11x9x5",
        "dense conv conv_relu 11x9x7",
        "dense_softmax softmax dense 11x9x7",
    ]


def test_layers_that_training_leaves_alone_are_frozen() -> None:
    net = read(row(layer("Conv2D", "conv", filters=5, kernel_size=3, trainable=False)))
    assert net["conv"].frozen


def test_work_grows_no_faster_than_the_calls() -> None:
    # with squares of the calls this would be felt
    count = 5_000
    calls = [_args(tensor("x")), *(_args(tensor("same", call=n + 7)) for n in range(count))]
    same = {**layer("ReLU", "same"), "inbound_nodes": calls}
    net = read(model(start(), same, out=[["same", count + 7, 0]]))
    assert len(net) == count + 1
    assert net.outputs == (f"same_{count + 1}",)


def test_inputs_of_another_size() -> None:
    open_ = model(start("x", None, None, 3), layer("Conv2D", "conv", "x", filters=5, kernel_size=3))
    assert shown(open_, inputs={"x": (7, 9, 3)}) == ["conv conv input 5x7x5"]
    with pytest.raises(cnn.SpecError) as caught:
        read(open_)
    assert str(caught.value) == (
        "error: layer 'x' (InputLayer): it is ?x?x3, and the extents with '?' are open\n"
        "  help: give all of them: --input x=224x224x3"
    )


def test_what_the_file_declares_holds_for_its_own_inputs_only() -> None:
    net = model(
        start(),
        layer("Conv2D", "conv", tensor("x", (13, 11, 3)), filters=5, kernel_size=3),
        layer("Swirl", "swirl", tensor("conv", (11, 9, 5))),
        layer("ReLU", "relu", tensor("swirl", (11, 9, 7))),
    )
    assert [str(node.output) for node in read(net)] == ["11x9x5", "11x9x7", "11x9x7"]
    assert shown(net, inputs={"x": (7, 9, 3)}, outputs=["conv"]) == ["conv conv input 5x7x5"]
    with pytest.raises(cnn.SpecError, match="the shape of its output is not known"):
        read(net, inputs={"x": (7, 9, 3)})


def test_a_part_of_a_model() -> None:
    whole = model(
        start(),
        layer("ReLU", "a", "x"),
        layer("ELU", "b", "a"),
        layer("Dense", "c", "b", units=7),
    )
    assert shown(whole, outputs=["b"]) == ["a relu input 13x11x3", "b elu a 13x11x3"]


def test_layers_are_brought_in_order() -> None:
    net = model(start(), layer("ReLU", "b", "a"), layer("ELU", "a", "x"), out="b")
    assert shown(net) == ["a elu input 13x11x3", "b relu a 13x11x3"]


def test_code_is_not_run_and_its_shape_is_that_which_the_file_has() -> None:
    net = read(
        model(
            start(),
            layer("Lambda", "code", "x", function={"class_name": "__lambda__"}),
            layer("Conv2D", "conv", tensor("code", (13, 11, 7)), filters=5, kernel_size=1),
        )
    )
    assert [(node.kind, str(node.output)) for node in net] == [
        ("opaque", "13x11x7"),
        ("conv", "13x11x5"),
    ]
    assert net.notes == ("layer 'code' (Lambda) is opaque: code is not run",)
    assert cnn.analyze(net).status == "partial"


def test_layers_of_keras_2() -> None:
    net = {
        "class_name": "Functional",
        "keras_version": "2.15.0",
        "config": {
            "name": "old",
            "layers": [
                _old("InputLayer", "x", [], batch_input_shape=[None, 13, 11, 3]),
                _old("Conv2D", "conv", [[["x", 0, 0, {}]]], filters=5, kernel_size=[3, 3]),
                _old("Activation", "act", [[["conv", 0, 0, {}]]], activation="swish"),
                _old("LeakyReLU", "leaky", [[["act", 0, 0, {}]]], alpha=0.1),
                _old("Add", "sum", [[["conv", 0, 0, {}], ["leaky", 0, 0, {}]]]),
                _old(
                    "TFOpLambda",
                    "tf.math.multiply",
                    [["sum", 0, 0, {"y": 0.5}]],
                    function="math.multiply",
                ),
                _old("TFOpLambda", "top", [["tf.math.multiply", 0, 0, {}]], function="nn.relu6"),
            ],
            "input_layers": [["x", 0, 0]],
            "output_layers": [["top", 0, 0]],
        },
    }  # fmt: skip
    assert shown(net) == [
        "conv conv input 11x9x5",
        "act silu conv 11x9x5",
        "leaky leaky_relu act 11x9x5",
        "sum add conv leaky 11x9x5",
        "tf.math.multiply scale sum 11x9x5",
        "top relu6 tf.math.multiply 11x9x5",
    ]
    assert read(net)["leaky"].attributes == {"slope": 0.1}


def _old(kind: str, name: str, calls: list[Any], **config: Any) -> dict[str, Any]:
    return {
        "class_name": kind,
        "name": name,
        "config": {"name": name, **config},
        "inbound_nodes": calls,
    }


def test_rows_of_layers_before_keras_2_3() -> None:
    layers = [
        {
            "class_name": "Dense",
            "config": {"name": "a", "units": 7, "batch_input_shape": [None, 5]},
        },
        {"class_name": "Dense", "config": {"name": "b", "units": 3}},
    ]
    net = {"class_name": "Sequential", "config": layers, "keras_version": "2.1.6"}
    assert shown(net) == ["a dense input 7", "b dense a 3"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"class_name": "Model", "config": {"name": "net"}},
            (
                "error: the model 'net' is of a custom class, Model, and says nothing of its "
                "layers\n"
                "  help: build it as keras.Model(inputs, outputs), or export it to ONNX"
            ),
        ),
        (
            {"config": {}},
            (
                "error: this is not a model of Keras: it has no 'class_name' and 'config'\n"
                "  help: a model is written by model.save('model.keras') or model.to_json()"
            ),
        ),
        (
            model(start(), layer("ReLU", "a", "b"), layer("ReLU", "b", "a")),
            "error: the layers form a cycle: a → b → a",
        ),
        (
            model(start(), layer("ReLU", "a", "none")),
            "error: the model 'net' has no layer 'none'",
        ),
        (
            model(start(), layer("ReLU", "a", "x"), layer("ELU", "a", "x")),
            "error: the name of layer 'a' (ELU) is taken by another layer",
        ),
        (
            model(start(), layer("ReLU", "a", tensor("x", (13, 11, 4)))),
            (
                "error: layer 'a' (ReLU): the file declares what it reads from 'x' as 13x11x4, "
                "but it is 13x11x3: 13x11x4 ≠ 13x11x3\n"
                "  help: the file contradicts itself; save it again with model.save"
            ),
        ),
        (
            row(layer("Conv2D", "a", filters="many", kernel_size=3)),
            "error: layer 'a' (Conv2D): 'filters' must be a whole number, not 'many'",
        ),
        (
            row(layer("Conv2D", "a", filters=3, kernel_size=[3, 3, 3])),
            "error: layer 'a' (Conv2D): 'kernel_size' must be 2 whole numbers, not (3, 3, 3)",
        ),
        (
            row(layer("Conv2D", "a", filters=4, kernel_size=3, groups=2)),
            "error: layer 'a' (Conv2D): ",
        ),
        (
            row(layer("Conv1D", "a", filters=4, kernel_size=3)),
            (
                "error: layer 'a' (Conv1D): it reads maps of 1 axes and their channels, and gets "
                "3 axes: 2 ≠ 3"
            ),
        ),
        (
            row(layer("Reshape", "a", target_shape=[7])),
            "error: layer 'a' (Reshape): 13 x 11 x 3 cannot become 7: 429 ≠ 7",
        ),
        (
            row(layer("Conv2D", "a", filters=10**30, kernel_size=3)),
            "error: layer 'a' (Conv2D): filters ",
        ),
        (
            row(layer("Swirl", "a")),
            (
                "error: layer 'a' (Swirl): there is no layer for Swirl, and the shape of its "
                "output is not known\n"
                "  help: write the model with Keras 3, whose files have the shapes of tensors, or "
                "name an output before it"
            ),
        ),
    ],
)
def test_models_that_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(cnn.CnnError) as caught:
        read(given)
    assert str(caught.value).startswith(said)
