"""The forms of what is said of networks: summaries, conventions, the zoo, layer kinds."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from cnnanalyze.analysis.closed_forms import counted
from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.report.json import bytes_key, memories, of_layers, summed_up
from cnnanalyze.report.zoo import COUNTED
from cnnanalyze.schemas.forms import Extents, Number, Schema, form, form_with, number

Status = Literal["complete", "partial"]
FIELD = "receptive_field"


@form
class Elementary(TypedDict):
    """Elementary operations for one image; those that are not listed are zero."""

    mac: NotRequired[int]
    """Multiplications whose product is accumulated at once."""
    add: NotRequired[int]
    """Additions and subtractions that are not part of a multiply-accumulate."""
    multiply: NotRequired[int]
    """Multiplications that are not part of a multiply-accumulate."""
    divide: NotRequired[int]
    compare: NotRequired[int]
    """Comparisons: maximum, minimum, a choice by sign."""
    exponential: NotRequired[int]
    """Exponentials, logarithms, hyperbolic tangents and error functions."""
    power: NotRequired[int]
    """Powers and roots."""


@form_with(lambda _: {q.key: number(q) for q in summed_up()})
class Totals(TypedDict):
    """Sums over all layers, for one image; lower bounds where something cannot be counted."""

    elementary: Elementary
    uncounted: NotRequired[list[str]]
    """Kinds of layers for which the convention cannot say what they count."""


@form_with(lambda _: {bytes_key(q): number(q) for q in memories()})
class Memory(TypedDict):
    """What has to be kept in memory at inference."""

    dtype: str
    """The type of a number, such as float32."""
    batch: int
    """Images at a time."""
    peak_activations: int
    """The most activations that are alive at a time, for one image."""
    peak_at: str | None
    """The layer that runs then."""
    saved_activations: int
    """Numbers that training keeps for the backward pass, for one image."""


@form
class Tensor(TypedDict):
    """A tensor that a layer holds."""

    role: str
    """What it is: kernel, bias, gamma, ..."""
    shape: Extents
    trainable: bool


@form
class Field(TypedDict):
    """The theoretical receptive field of a unit; lists have one entry per axis of the input."""

    size: list[int]
    """Pixels, along the widest path."""
    stride: list[Number]
    """Pixels between the fields of neighbouring units."""
    padding: list[int | None]
    """Pixels by which the field of the first unit begins before the image."""
    centre: list[Number | None]
    """Pixel coordinate of the middle of the first unit's field."""
    aligned: bool
    """Whether all paths have their middle at the same place."""
    min_size: NotRequired[list[int]]
    """Pixels along the narrowest path, where branches differ."""
    sees_all: NotRequired[Literal[True]]
    """The unit sees everything, too, through numbers that come of the whole map."""


@form
class Fit(TypedDict):
    """How the windows of a layer lie along one axis."""

    padding: list[int]
    """Zeros before and behind."""
    exact: bool
    """Whether the last window ends where the padded input does."""
    unread: int
    """Positions at the end that no window reads."""


@form_with(lambda _: {q.key: number(q, optional=True) for q in of_layers()})
class LayerRow(TypedDict):
    """One layer, for one image; what cannot be counted is null."""

    id: str
    """The path of the layer."""
    kind: str
    attributes: dict[str, Any]
    inputs: list[str]
    """The layers that it reads; 'input' is the image."""
    input: list[Extents]
    """The shapes that it reads."""
    output: Extents
    tensors: list[Tensor]
    elementary: Elementary | None
    receptive_field: Field | None
    receptive_fields: NotRequired[dict[str, Field | None]]
    """In a network with several inputs: what the layer sees of each that it depends on."""
    shares: NotRequired[str]
    """The layer whose weights it uses."""
    fit: NotRequired[list[Fit]]
    """For each axis, at layers with a window."""


def _expressions(_: Schema) -> dict[str, Schema]:
    shape: Schema = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    return {q.key: {**shape, "description": q.about} for q in counted()}


@form
class Sizes(TypedDict):
    """The sizes of one symbol for which the closed forms hold."""

    name: str
    """The symbol."""
    least: int
    most: int | None
    """Nothing if there is no largest."""
    divisor: int
    remainders: list[int]
    """What may remain when the size is divided by the divisor."""


@form_with(_expressions)
class FormTotals(TypedDict):
    """Sums over all layers as expressions of the symbols; null where there is no closed form."""


@form_with(_expressions)
class LayerForms(TypedDict):
    """One layer; its numbers are expressions of the symbols, null where there is no closed form."""

    id: str
    """The path of the layer."""
    kind: str
    output: list[str]
    """The extents of its output, channels last."""
    receptive_field: str | None
    """What its units see, as a table has it; null where that depends on the sizes."""
    effective_stride: str | None


@form
class ClosedForms(TypedDict):
    """What holds of a network for all sizes of its input that are left open.

    Expressions are written in Python: ``//`` divides and rounds down.
    """

    schema: int
    name: str
    input: str
    """The input as it is written, such as HxWx3."""
    sizes: list[Sizes]
    conditions: list[str]
    """What must hold of several sizes together."""
    checked: list[dict[str, int]]
    """Further sizes at which the rules gave the same numbers."""
    total: FormTotals
    peak_activations: list[str]
    """The most activations alive at a time: the largest of these; none where they are too long."""
    layers: list[LayerForms]


@form
class Training(TypedDict):
    """What the section 'train' implies."""

    samples: int
    """Examples that are trained on, after the validation split."""
    validation_samples: int
    iterations_per_epoch: int
    updates: int
    last_batch: int
    """Examples in the last iteration of an epoch."""
    trained: int
    """Parameters that an update changes."""
    forward_macs: int
    """Multiply-accumulates of all forward passes over the training examples, all epochs."""
    backward_macs: int
    """An estimate: twice the forward pass."""
    numbers_kept: int
    """Numbers in memory: parameters, gradients, optimizer state, activations of one batch."""


@form
class Network(TypedDict):
    """Everything that the rules say of one network: 'summary SPEC --format json'."""

    schema: int
    name: str
    input: NotRequired[Extents]
    """The shape of the only input."""
    inputs: NotRequired[dict[str, Extents]]
    """The shapes of several inputs, by their ids."""
    outputs: list[str]
    """The layers whose output is the network's."""
    settings: dict[str, Any]
    """Parameters of the spec that were set from outside."""
    convention: str
    """What 'operations' counts."""
    totals: Totals
    memory: Memory
    layers: list[LayerRow]
    """In the order of execution."""
    status: Status
    """partial: something could not be counted; the notes say what."""
    notes: list[str]
    training: NotRequired[Training]


@form
class Networks(TypedDict):
    """Several networks: 'summary SPEC SPEC --format json'."""

    schema: int
    networks: list[Network]


Summary = Network | Networks


@form
class KindDifference(TypedDict):
    """What one layer kind adds to a count, or takes from it, against the default convention."""

    kind: str
    amount: int
    formula: str
    """What the convention counts of such a layer."""


@form
class Reading(TypedDict):
    """A network under one convention."""

    convention: str
    description: str
    source: str
    """Who counts like this."""
    quantity: str
    """parameters or operations."""
    number: int | None
    ratio: float
    """The number, divided by that of the default convention."""
    differences: list[KindDifference]
    uncounted: list[str]
    """Kinds for which the convention cannot say what they count."""


@form
class Readings(TypedDict):
    """A network under every convention: 'summary SPEC --conventions --format json'."""

    schema: int
    name: str
    settings: dict[str, Any]
    conventions: list[Reading]


@form
class ManyReadings(TypedDict):
    """Several networks under every convention."""

    schema: int
    networks: list[Readings]


Conventions = Readings | ManyReadings


@form_with(lambda _: {key: number(QUANTITIES[key]) for key in COUNTED if key != FIELD})
class ZooEntry(TypedDict):
    """A network that comes with the package."""

    zoo: str
    """zoo:NAME stands for it wherever a file does."""
    family: str
    year: int | None
    name: str
    input: NotRequired[Extents]
    """The shape of the only input."""
    inputs: NotRequired[dict[str, Extents]]
    """The shapes of several inputs, by their ids."""
    receptive_field: Any
    """Pixels: a whole number, one for each axis as a text, or all; of each of several inputs."""
    source: str


@form
class PlacedRank(TypedDict):
    """Where a network stands by one number."""

    quantity: Literal["parameters", "macs", "activations"]
    less: int
    """How many others have less."""
    equal: int
    """How many others have just as much."""
    others: int
    """How many others there are."""


@form
class Placed(TypedDict):
    """A network of the reader among those that come with the package."""

    name: str
    parameters: int
    macs: int
    activations: int
    ranks: list[PlacedRank]
    """None among fewer than three others."""
    nearest: list[str]
    """What the nearest by parameters and MACs are called in the zoo, the nearest first."""


@form
class Zoo(TypedDict):
    """The networks that come with the package: 'zoo --format json'."""

    schema: int
    networks: list[ZooEntry]
    placed: NotRequired[list[Placed]]
    """The networks of the reader, with 'zoo --plot'."""


@form
class Arity(TypedDict):
    """How many inputs a kind takes."""

    least: int
    most: int | None
    """null: any number."""


@form
class Attribute(TypedDict):
    """An attribute of a layer kind."""

    name: str
    type: str
    required: bool
    default: Any
    description: str


@form
class Printed(TypedDict):
    """The figures that a source prints for an example."""

    output: str
    parameters: int | None
    macs: int | None


@form
class WorkedExample(TypedDict):
    """An example with figures that somebody else printed, and the computed ones beside them."""

    inputs: list[str]
    attributes: dict[str, Any]
    printed: Printed
    computed: Printed
    tensors: list[Tensor]
    source: str
    note: str


class _Kind(TypedDict):
    kind: str
    aliases: list[str]
    family: str
    """The category: what is listed under one heading and drawn in one colour."""
    traits: list[str]
    """What the kind is and does, as rules and drawings see it."""
    formula: str | None
    """What it makes of a number, if it works number by number."""
    summary: str
    documentation: str
    inputs: Arity
    principal: str | None
    """The attribute that a bare value gives."""
    attributes: list[Attribute]
    examples: list[WorkedExample]


@form
class Kind(_Kind):
    """A layer kind."""


@form
class OneKind(_Kind):
    """One layer kind: 'layers KIND --format json'."""

    schema: int


@form
class Kinds(TypedDict):
    """All layer kinds: 'layers --format json'."""

    schema: int
    kinds: list[Kind]


Layers = Kinds | OneKind
