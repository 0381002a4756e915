"""Tensors of recurrent layers are known by the names that PyTorch, Keras and ONNX give them."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.comparison.conformance.weights import WeightConformance, conform_weights
from cnnanalyze.exchange.weights.tensors import StoredTensor, StoredTensors

Shapes = dict[str, tuple[int, ...]]
LSTM = cnn.loads(
    "{cnn: 1, name: Net, input: 7x5, layers: [{lstm: {units: 3, output: last}}, {dense: 2}]}"
)
TWINS = cnn.loads(
    "{cnn: 1, name: Net, input: 7x5, layers:"
    " [{gru: {units: 3, layers: 2, bidirectional: true, output: last}, as: rnn}, {dense: 2}]}"
)
ONE_BIAS = cnn.loads(
    "{cnn: 1, name: Net, input: 7x5, layers: [{lstm: {units: 3, biases: 1, bidirectional: true}},"
    " {gru: {units: 11}}]}"
)
DENSE = {"fc.weight": (2, 3), "fc.bias": (2,)}
PYTORCH: Shapes = {
    "rnn.weight_ih_l0": (12, 5),
    "rnn.weight_hh_l0": (12, 3),
    "rnn.bias_ih_l0": (12,),
    "rnn.bias_hh_l0": (12,),
    **DENSE,
}
PYTORCH_TWINS: Shapes = {
    f"rnn.{name}_l{layer}{way}": shape
    for layer, read in enumerate((5, 6))
    for way in ("", "_reverse")
    for name, shape in {
        "weight_ih": (9, read),
        "weight_hh": (9, 3),
        "bias_ih": (9,),
        "bias_hh": (9,),
    }.items()
} | {"fc.weight": (2, 6), "fc.bias": (2,)}
KERAS: Shapes = {
    "bidirectional/forward_lstm/lstm_cell/kernel": (5, 12),
    "bidirectional/forward_lstm/lstm_cell/recurrent_kernel": (3, 12),
    "bidirectional/forward_lstm/lstm_cell/bias": (12,),
    "bidirectional/backward_lstm/lstm_cell/kernel": (5, 12),
    "bidirectional/backward_lstm/lstm_cell/recurrent_kernel": (3, 12),
    "bidirectional/backward_lstm/lstm_cell/bias": (12,),
    "gru/gru_cell/kernel": (6, 33),
    "gru/gru_cell/recurrent_kernel": (11, 33),
    "gru/gru_cell/bias": (2, 33),
}
ONNX: Shapes = {
    "first.W": (2, 9, 5),
    "first.R": (2, 9, 3),
    "first.B": (2, 18),
    "second_W": (2, 9, 6),
    "second_R": (2, 9, 3),
    "second_B": (2, 18),
    "fc.weight": (2, 6),
    "fc.bias": (2,),
}


def against(shapes: Shapes, spec: cnn.Network) -> WeightConformance:
    tensors = tuple(StoredTensor(name, shape) for name, shape in shapes.items())
    return conform_weights(spec, StoredTensors("m.safetensors", tensors))


def test_names_of_pytorch_are_known_with_the_order_of_its_gates() -> None:
    found = against(PYTORCH, LSTM)
    assert str(found) == (
        "Net: the weights are those of the spec, 6 tensors alike\n"
        "gates stand one behind another as PyTorch has them, input, forget, news, output: their "
        "order shows in no extent"
    )
    assert [(row["layer"], row["tensor"]) for row in found.rows()] == [
        ("lstm1", "rnn.weight_ih_l0"),
        ("lstm1", "rnn.weight_hh_l0"),
        ("lstm1", "rnn.bias_ih_l0"),
        ("lstm1", "rnn.bias_hh_l0"),
        ("dense1", "fc.weight"),
        ("dense1", "fc.bias"),
    ]


@pytest.mark.parametrize(
    ("shapes", "spec", "order"),
    [
        (PYTORCH_TWINS, TWINS, "PyTorch has them, reset, update, news:"),
        (KERAS, ONE_BIAS, "Keras has them, update, reset, news:"),
        (ONNX, TWINS, "ONNX has them, update, reset, news:"),
    ],
    ids=["pytorch", "keras", "onnx"],
)
def test_layers_and_directions_are_known_by_their_names(
    shapes: Shapes, spec: cnn.Network, order: str
) -> None:
    found = against(shapes, spec)
    assert found.holds, str(found)
    assert len({row["tensor"] for row in found.rows()}) == len(shapes)
    assert order in str(found)
    assert against(dict(sorted(shapes.items())), spec).holds


def test_a_cell_alone_is_known() -> None:
    cell = {name.replace("_l0", ""): shape for name, shape in PYTORCH.items()}
    assert against(cell, LSTM).holds
    bare = {name.removeprefix("rnn."): shape for name, shape in PYTORCH.items()}
    assert against(bare, LSTM).holds


CHANGES: dict[str, tuple[Shapes, Shapes, cnn.Network, list[str]]] = {
    "other gates": (
        PYTORCH,
        {
            "rnn.weight_ih_l0": (9, 5),
            "rnn.weight_hh_l0": (9, 3),
            "rnn.bias_ih_l0": (9,),
            "rnn.bias_hh_l0": (9,),
        },
        LSTM,
        ["lstm1: 4 gates of 3 units in the spec, 3 gates of 3 units in rnn of the file"],
    ),
    "other numbers read": (
        PYTORCH,
        {"rnn.weight_ih_l0": (12, 13)},
        LSTM,
        ["lstm1: kernel 5x12 in the spec, rnn.weight_ih_l0 12x13 in the file"],
    ),
    "gates along the axis of another framework": (
        PYTORCH,
        {"rnn.weight_ih_l0": (5, 12)},
        LSTM,
        ["lstm1: kernel 5x12 in the spec, rnn.weight_ih_l0 5x12 in the file"],
    ),
    "a bias of the state less": (
        PYTORCH,
        {"rnn.bias_hh_l0": ()},
        LSTM,
        ["lstm1: recurrent bias 12 in the spec, none in rnn of the file"],
    ),
    "one way of the second layer": (
        PYTORCH_TWINS,
        {"rnn.weight_ih_l1_reverse": (9, 5)},
        TWINS,
        [
            (
                "rnn (layer 2): backward kernel 6x9 in the spec, "
                "rnn.weight_ih_l1_reverse 9x5 in the file"
            )
        ],
    ),
    "a bias that only one side has twice": (
        KERAS,
        {"gru/gru_cell/bias": (33,)},
        ONE_BIAS,
        ["gru1: recurrent bias 33 in the spec, none in gru of the file"],
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_differs_in_gates_is_told_with_both_sides(what: str) -> None:
    shapes, changes, spec, told = CHANGES[what]
    changed = {name: s for name, s in {**shapes, **changes}.items() if s}
    found = against(changed, spec)
    assert [departure.message for departure in found.departures] == told


@pytest.mark.frameworks
def test_what_pytorch_calls_its_weights_is_known() -> None:
    torch = pytest.importorskip("torch")
    module = torch.nn.ModuleDict(
        {"rnn": torch.nn.GRU(5, 3, num_layers=2, bidirectional=True), "fc": torch.nn.Linear(6, 2)}
    )
    shapes = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    assert shapes == PYTORCH_TWINS
    assert against(shapes, TWINS).holds


@pytest.mark.frameworks
def test_what_keras_calls_its_weights_is_known() -> None:
    keras = pytest.importorskip("keras")
    model = keras.Sequential(
        [
            keras.Input((7, 5)),
            keras.layers.Bidirectional(
                keras.layers.LSTM(3, return_sequences=True, name="lstm"), name="bidirectional"
            ),
            keras.layers.GRU(11, return_sequences=True, name="gru"),
        ]
    )
    shapes = {weight.path: tuple(weight.shape) for weight in model.weights}
    assert {name.partition("/")[2] for name in shapes} == set(KERAS)
    found = against(shapes, ONE_BIAS)
    assert found.holds, str(found)
