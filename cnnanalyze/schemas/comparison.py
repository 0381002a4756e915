"""The forms of what differs between networks."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from cnnanalyze.comparison.quantity import summed
from cnnanalyze.report.json import memories
from cnnanalyze.schemas.forms import Extents, Schema, form, form_with, number
from cnnanalyze.schemas.networks import Status, Totals


@form_with(lambda _: {f"{q.key}_bytes": number(q) for q in memories()})
class Compared(TypedDict):
    """A network that is compared."""

    name: str
    label: str
    """How the comparison calls it."""
    input: NotRequired[Extents]
    inputs: NotRequired[dict[str, Extents]]
    """The shapes of several inputs, by their names."""
    settings: dict[str, Any]
    totals: Totals
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


def _deltas(known: Schema) -> dict[str, Schema]:
    """Return a change for every quantity to which layers add something."""
    return {q.key: dict(known["operations"]) for q in summed()}


@form_with(_deltas)
class Group(TypedDict):
    """A stage, a block or a layer outside of them: the sums of what is in it."""

    path: str
    old_path: str | None
    operations: NotRequired[Change]
    """Under another convention than mac and flop."""


@form_with(_deltas)
class LayerChange(TypedDict):
    """What became of a layer."""

    status: Literal["added", "removed", "changed", "equal"]
    shapes_alone: bool
    before: str | None
    """The id of the layer in the first network."""
    after: str | None
    kind: str
    operations: NotRequired[Change]
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
