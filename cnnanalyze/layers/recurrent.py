"""Recurrent layers: a state that goes along a sequence, step by step."""

from types import MappingProxyType
from typing import ClassVar

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.reach import PAST, WHOLE, Reach
from cnnanalyze.core.shape import Shape, axis_name
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import Biases, Count, Flag, choice
from cnnanalyze.layers.base import Example, Layer, layer, refuse_vector
from cnnanalyze.layers.traits import Category, Labels, Trait

MOST_LAYERS = 1_000
"""Recurrent layers that may stand on one another in one step."""


class Recurrent(Layer):
    """What recurrent layers share: gates that read one step of the sequence and the last state."""

    category = Category.SEQUENCE
    traits = frozenset({Trait.RECURRENT, Trait.MIXES_CHANNELS})
    principal = "units"
    number_names = MappingProxyType({"biases": "biases per sum"})
    gates: ClassVar[int]
    """Weighted sums per unit, each of the input and of the state."""
    per_state: ClassVar[Cost]
    """What one number of a state costs beside its weighted sums and their biases."""
    units: Count = Field(description="numbers of the state: features of the output")
    output: choice("sequence", "last") = Field(  # type: ignore[valid-type]  # made from its words
        default="sequence",
        description="'sequence': the states of all steps, or 'last': that of the last one",
    )
    bidirectional: Flag = Field(
        default=False, description="whether a second layer goes backwards; both are joined"
    )
    layers: Count = Field(default=1, description="layers that stand on one another")
    biases: Biases = Field(
        default=2,
        description="biases per weighted sum: 2 (PyTorch: of the input and of the state), 1 "
        "(Keras) or 0",
    )

    @field_validator("layers")
    @classmethod
    def _few_layers(cls, value: int) -> int:
        if value > MOST_LAYERS:
            text = f"must be at most {MOST_LAYERS:,}, not {value:,}"
            raise PydanticCustomError("attribute", "{text}", {"text": text})
        return value

    @property
    def directions(self) -> int:
        """How often the sequence is gone along."""
        return 2 if self.bidirectional else 1

    @property
    def of_state(self) -> Cost:
        """What one number of a state costs, with the attributes of this layer."""
        return self.per_state

    def shape(self, *inputs: Shape) -> Shape:
        """Give one state for every step, or the last one as a vector."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        if x.rank != 1:
            axes = " and ".join(axis_name(a, x.rank) for a in range(x.rank))
            raise ShapeError(
                f"{self.kind} needs a sequence, which has one axis, but its input has {x.rank} "
                f"({axes}): {x.rank} ≠ 1",
                help=f"make it one before, such as 'reshape: {x.positions}x{x.channels}'",
                code="SH004",
            )
        size = x.size if self.output == "sequence" else ()
        return Shape(size, self.units * self.directions)

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold kernels for the input and the state, and biases, per layer and direction."""
        sums, read = self.gates * self.units, inputs[0].channels
        found = []
        for number in range(self.layers):
            of = f" of layer {number + 1}" if number else ""
            for way in ("", "backward ")[: self.directions]:
                found += [
                    Param(f"{way}kernel{of}", (read, sums)),
                    Param(f"{way}recurrent kernel{of}", (self.units, sums)),
                ]
                kinds = ("bias", "recurrent bias")[: self.biases]
                found += [Param(f"{way}{kind}{of}", (sums,)) for kind in kinds]
            read = self.units * self.directions
        return tuple(found)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002 - all steps are taken
        """Multiply and accumulate every weight once for every step, and work the gates."""
        x = inputs[0]
        passes = x.size[0] * self.directions
        above = (self.layers - 1) * (self.units * self.directions + self.units)
        macs = passes * self.gates * self.units * (x.channels + self.units + above)
        states = passes * self.units * self.layers
        # The two weighted sums of a gate are added, and its biases.
        sums = states * self.gates * (1 + self.biases)
        return Cost(mac=macs, add=sums) + self.of_state.times(states)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read all steps before and the own one, or all of them."""
        everything = self.bidirectional or self.output == "last"
        return ((WHOLE if everything else PAST,) * inputs[0].rank,)


@layer("lstm")
class Lstm(Recurrent):
    """Long short-term memory: a state and a memory go along a sequence, guarded by three gates.

    With the input ``x`` and the last state ``h``, four weighted sums ``W·x + b + U·h + b'`` are
    made: the gates ``i``, ``f`` and ``o`` by a sigmoid, the news ``g`` by a tanh. Then the memory
    is ``c = f·c + i·g`` and the state ``h = o·tanh(c)``. All begin with zeros.

    One direction of one layer holds ``4·u·(in + u)`` weights and two biases per weighted sum
    (PyTorch; with ``biases: 1`` one, as in Keras), and each step costs one multiply-accumulate per
    weight. A second layer reads the states of the first; with ``bidirectional`` each layer has a
    twin that goes from the end to the beginning, and the states of both lie side by side. The last
    state of that one is the state at the first step.

    A unit of the output depends on all steps up to its own, or on all.
    """

    labels = Labels("LSTM")
    gates = 4
    per_state = Cost(add=4, multiply=3, divide=3, exponential=5)
    examples = (
        Example(
            inputs=("100x64",),
            attributes={"units": 64},
            output="100x64",
            parameters=33_280,
            macs=3_276_800,
            source="ThanatosShinji/onnx-tool#64: one layer of 64 units on 100 steps of 64 numbers",
        ),
        Example(
            inputs=("5x10",),
            attributes={"units": 20, "layers": 2},
            output="5x20",
            source="PyTorch documentation, LSTM, example",
        ),
        Example(
            inputs=("10x8",),
            attributes={"units": 4, "biases": 1, "output": "last"},
            output="4",
            source="Keras documentation, LSTM, example",
        ),
    )


@layer("gru")
class Gru(Recurrent):
    """Gated recurrent unit: a state goes along a sequence, guarded by two gates.

    With the input ``x`` and the last state ``h``, the gates ``r`` and ``z`` are sigmoids of the
    weighted sums ``W·x + b + U·h + b'``. The news are ``n = tanh(W·x + b + r·(U·h + b'))``, and the
    state becomes ``(1 - z)·n + z·h``. So PyTorch has it, and Keras by default; with ``reset_after:
    false`` the gate acts on the state before its weights do, ``n = tanh(W·x + b + U·(r·h) + b')``.

    One direction of one layer holds ``3·u·(in + u)`` weights and two biases per weighted sum, and
    each step costs one multiply-accumulate per weight. Layers and directions are those of ``lstm``.
    """

    labels = Labels("GRU")
    gates = 3
    per_state = Cost(add=4, multiply=3, divide=2, exponential=3)
    reset_after: Flag = Field(
        default=True, description="whether the reset gate acts behind the weights of the state"
    )
    examples = (
        Example(
            inputs=("5x10",),
            attributes={"units": 20, "layers": 2},
            output="5x20",
            source="PyTorch documentation, GRU, example",
        ),
        Example(
            inputs=("10x8",),
            attributes={"units": 4, "output": "last"},
            output="4",
            source="Keras documentation, GRU, example",
        ),
    )


@layer("rnn")
class Rnn(Recurrent):
    """Plain recurrence: a state goes along a sequence, without gates.

    With the input ``x`` and the last state ``h``, the state becomes ``tanh(W·x + b + U·h + b')``,
    or with ``activation: relu`` the positive part of the sum.

    One direction of one layer holds ``u·(in + u)`` weights and two biases per weighted sum
    (PyTorch; with ``biases: 1`` one, as in Keras), and each step costs one multiply-accumulate per
    weight. Layers and directions are those of ``lstm``.
    """

    labels = Labels("RNN")
    gates = 1
    per_state = Cost(exponential=1)
    activation: choice("tanh", "relu") = Field(  # type: ignore[valid-type]  # made from its words
        default="tanh", description="what a state becomes: 'tanh' or 'relu' of the sums"
    )
    examples = (
        Example(
            inputs=("5x10",),
            attributes={"units": 20, "layers": 2},
            output="5x20",
            source="PyTorch documentation, RNN, example",
        ),
        Example(
            inputs=("10x8",),
            attributes={"units": 4, "biases": 1, "output": "last"},
            output="4",
            source="Keras documentation, SimpleRNN, example",
        ),
    )

    @property
    def of_state(self) -> Cost:
        """What one number of a state costs: an exponential, or a comparison."""
        return Cost(compare=1) if self.activation == "relu" else self.per_state
