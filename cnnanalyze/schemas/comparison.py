"""The forms of what differs between networks."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from cnnanalyze.schemas.forms import Extents, form
from cnnanalyze.schemas.networks import Status, Totals


@form
class Compared(TypedDict):
    """A network that is compared."""

    name: str
    label: str
    """How the comparison calls it."""
    input: Extents
    settings: dict[str, Any]
    totals: Totals
    weight_memory_bytes: int
    peak_memory_bytes: int
    receptive_field: Any
    """Pixels: a whole number, one for each axis as a text, or all."""
    layers: int
    status: Status


@form
class Change(TypedDict):
    """A quantity before and after; memory in bytes."""

    before: Any
    """null where the layer was not there, or the quantity cannot be counted."""
    after: Any
    change: int
    percent: float | None
    """null where there was nothing before."""


@form
class Counts(TypedDict):
    """How many layers became what."""

    added: int
    removed: int
    changed: int
    equal: int
    shapes_alone: int
    """Layers that are the same and get something of another shape."""
    renamed: int


@form
class Aspect(TypedDict):
    """An attribute, a shape or a connection that differs."""

    before: Any
    after: Any


class _Deltas(TypedDict):
    parameters: Change
    macs: Change
    flops: Change
    operations: NotRequired[Change]
    activations: Change
    weight_memory: Change


@form
class Group(_Deltas):
    """A stage, a block or a layer outside of them: the sums of what is in it."""

    path: str
    old_path: str | None


@form
class LayerChange(_Deltas):
    """What became of a layer."""

    status: Literal["added", "removed", "changed", "equal"]
    shapes_alone: bool
    before: str | None
    """The id of the layer in the first network."""
    after: str | None
    kind: str
    differences: dict[str, Aspect]


@form
class Pair(TypedDict):
    """The first network against another one."""

    before: int
    """Position in 'networks'."""
    after: int
    equal: bool
    counts: Counts
    differences: dict[str, Aspect]
    """What differs in the networks themselves: their input, their outputs."""
    totals: dict[str, Change]
    groups: list[Group]
    layers: list[LayerChange]
    groups_left_out: NotRequired[int]
    layers_left_out: NotRequired[int]


@form
class Compare(TypedDict):
    """What differs between networks: 'compare A B --format json'."""

    schema: int
    convention: str
    equal: bool
    networks: list[Compared]
    comparisons: list[Pair]
