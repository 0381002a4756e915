"""The form of what a network needs where it runs."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from cnnanalyze.schemas.forms import Number, form


@form
class MemoryFit(TypedDict):
    """What is needed of one memory, against what there is, in bytes."""

    memory: Literal["flash", "sram"]
    needed: int
    there: int
    fits: bool


@form
class DeploymentTotals(TypedDict):
    """Sums over all operations; memory is in bytes."""

    flash: int
    """Weights, biases and the shapes that a file stores."""
    arena: int
    """The buffer of activations, as it is planned."""
    live: int
    """Activations that no plan does without."""
    weights: int
    biases: int
    shapes: int
    scales: int
    zero_points: int
    macs: int
    traffic: int
    """Bytes that move, each tensor once for each operation."""
    seconds: Number | None
    """The sum of the least times; null if the target says no rates."""
    joules_45nm: Number
    """An order of magnitude: the table of 45 nm, every byte from DRAM."""


@form
class DeployedLayer(TypedDict):
    """One operation, in the order in which they run; memory is in bytes."""

    operation: str
    """The layer that it is called by."""
    fused: list[str]
    """The layers that run with it."""
    tensor: str
    """The layer whose output it writes."""
    inputs: list[str]
    output: str
    macs: int | None
    flash: int
    weights: int
    biases: int
    shapes: int
    scales: int
    zero_points: int
    output_bytes: int
    live: int
    arena: int
    """How far the tensors reach that live while it runs."""
    read: int
    written: int
    intensity: Number | None
    """Multiply-accumulates for each byte that moves."""
    seconds: Number | None
    bound: Literal["compute", "memory"] | None


@form
class PlannedTensor(TypedDict):
    """A tensor in the buffer."""

    id: str
    bytes: int
    offset: int
    first: int
    """The operation that writes it, counted from 0."""
    last: int
    over: str
    """The tensor that it is written over; nothing if none."""


@form
class Deploy(TypedDict):
    """A network on a target: 'deploy SPEC --format json'."""

    schema: int
    name: str
    target: str
    dtype: str
    planner: str
    status: Literal["complete", "partial"]
    notes: list[str]
    """What the target does not know, layer by layer."""
    fits: list[MemoryFit]
    totals: DeploymentTotals
    peak: str
    """The operation during which the most bytes live."""
    folded: dict[str, str]
    """For each batch normalisation that is folded, the layer that takes it up."""
    kept: dict[str, str]
    """For each that stays, why."""
    left_out: list[str]
    operations: list[DeployedLayer]
    tensors: list[PlannedTensor]
