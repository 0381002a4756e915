"""The forms of what is said of sweeps."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from cnnanalyze.schemas.forms import form


@form
class SweepPoint(TypedDict):
    """One point of a sweep."""

    id: int
    """Its number in the sweep."""
    spec: str
    """Which spec it is a network of."""
    parameters: dict[str, Any]
    """The values of what is varied."""
    numbers: dict[str, int | None]
    """Quantities by key, for one image; null where there is none."""
    status: Literal["complete", "partial"]


@form
class SweepExcluded(TypedDict):
    """Points that fell out for one reason."""

    kind: Literal["refused", "where", "limit"]
    """The spec refuses them, a condition does not hold, or a limit is not kept."""
    reason: str
    """The message, the condition or the limit."""
    points: int
    """How many they are."""
    example: int
    """The first of them."""


@form
class SweepObjective(TypedDict):
    """What a front is made of."""

    of: str
    """A quantity or a parameter."""
    better: Literal["more", "less"]


@form
class SweepDistribution(TypedDict):
    """How a number is spread over the points of one spec that are kept."""

    of: str
    """The quantity, or the column of the file of errors."""
    spec: str
    points: int
    """How many have such a number."""
    quantiles: dict[str, float]
    """By share: the number that this share of the points does not exceed."""


@form
class SweepVerified(TypedDict):
    """A point whose network was run in NumPy, too."""

    id: int
    balanced: bool | None
    """Whether everything that was compared is equal; null if it could not be run."""
    reason: str
    """What differs, or why it could not be run."""


@form
class SweepResult(TypedDict):
    """What a sweep came to: 'sweep SPEC --vary NAME=VALUES --format json'."""

    schema: int
    specs: list[str]
    varied: dict[str, Any]
    """For each parameter its values, or the interval that they are drawn from."""
    derived: dict[str, str]
    """Parameters that follow from others, with their expressions."""
    set: dict[str, Any]
    """Values of parameters that all points have."""
    sample: int | None
    """How many points were drawn; null if all were gone through."""
    seed: int
    points: int
    """How many were gone through."""
    kept: int
    partial: int
    """Of those that are kept, how many have a number that is only the least that it can be."""
    checked: int
    """How many were analysed as whole networks, too, and came to the same."""
    excluded: list[SweepExcluded]
    objectives: list[SweepObjective]
    front: list[SweepPoint]
    """The points than which no other is better in every objective."""
    distributions: list[SweepDistribution]
    verified: list[SweepVerified]


@form
class SweepLimit(TypedDict):
    """One limit against one point."""

    quantity: str
    limit: str
    measured: int | None
    verdict: Literal["within", "over", "under", "unknown", "absent"]
    largest: list[dict[str, Any]]
    """The blocks or layers that add most, largest first."""


@form
class SweepCondition(TypedDict):
    """One condition against one point."""

    where: str
    holds: bool


@form
class SweepExplained(TypedDict):
    """One point of a sweep: 'sweep SPEC ... --explain ID --format json'."""

    schema: int
    point: SweepPoint
    kept: bool
    conditions: list[SweepCondition]
    limits: list[SweepLimit]


Sweep = SweepResult | SweepExplained
