"""The forms of figures against computation: the balance, printed figures, limits."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from cnnanalyze.schemas.forms import Number, form


@form
class Discrepancy(TypedDict):
    """An entry in which the two books differ."""

    node: str
    quantity: str
    detail: str
    by_rule: str
    observed: str


@form
class CheckedClaim(TypedDict):
    """A figure that somebody printed, as 'verify' checks it."""

    quantity: str
    layer: str
    """Nothing for the whole network."""
    printed: str
    computed: str
    outcome: str
    convention: str
    verdict: str
    """What the spec says of it: wrong, or nothing."""
    reason: str
    source: str
    place: str


@form
class Balance(TypedDict):
    """The balance of the two books of one network."""

    name: str
    layers: int
    balanced: bool
    entries: int
    """How many entries were compared."""
    compared: dict[str, int]
    """The same by quantity."""
    discrepancies: list[Discrepancy]
    claims: list[CheckedClaim]
    remarks: list[str]
    """What was not checked, and why."""


@form
class Verify(TypedDict):
    """The networks, run and compared with the rules: 'verify SPEC --format json'."""

    schema: int
    balanced: bool
    networks: list[Balance]
    errors: list[str]


@form
class Cause(TypedDict):
    """A mistake that leads to what is printed."""

    words: str
    computed: str
    convention: str


@form
class Claim(TypedDict):
    """A figure that somebody printed, as 'audit' examines it."""

    network: str
    quantity: str
    layer: str
    settings: dict[str, Any]
    printed: str
    computed: str
    outcome: str
    convention: str
    marked: str
    """What the spec says of it: wrong, or nothing."""
    reason: str
    fine: bool
    tried: int
    """How many counts were tried to explain it."""
    may_be_chance: bool
    causes: list[Cause]
    source: str
    place: str


@form
class Audited(TypedDict):
    """The printed figures of one network or table."""

    name: str
    fine: bool
    outcomes: dict[str, int]
    claims: list[Claim]
    remarks: NotRequired[list[str]]


@form
class Fact(TypedDict):
    """A number of a lecture, recomputed."""

    id: str
    lines: str
    topic: str
    says: str
    printed: Any
    computed: Any
    outcome: str
    marked: str
    cause: str
    reason: str
    unchecked: str
    """Why it cannot be computed."""
    note: str
    gives_what_is_printed: list[str]
    """Mistakes that lead to the printed number."""
    fine: bool
    place: str


@form
class Lecture(TypedDict):
    """The facts of one lecture."""

    lecture: str
    name: str
    source: str
    fine: bool
    outcomes: dict[str, int]
    facts: list[Fact]


@form
class Audit(TypedDict):
    """Printed figures: 'audit SPEC --format json'."""

    schema: int
    fine: bool
    audits: list[Audited]
    lectures: NotRequired[list[Lecture]]


@form
class Limit(TypedDict):
    """A limit, and what is measured."""

    quantity: str
    layer: str
    """The layer or block; nothing for the whole network."""
    pattern: str
    """The pattern that fits it."""
    bound: Literal["at_most", "at_least"]
    limit: int
    written: str
    convention: str
    dtype: str
    measured: int | None
    percent: Number | None
    """The measured number in percent of the limit."""
    verdict: Literal["within", "over", "under", "unknown", "absent"]
    place: str
    largest: list[list[Any]]
    """The layers with the most of it, each with its number."""


@form
class Grown(TypedDict):
    """A total, before and now."""

    quantity: str
    before: int
    now: int
    is_allowed: bool
    """Whether it grew by no more than what is let pass."""
    change: int
    percent: Number | None
    """null where there was none of it before."""


@form
class GrownLayer(TypedDict):
    """The costs of a layer, before and now; null where it does not exist."""

    layer: str
    before: dict[str, int] | None
    now: dict[str, int] | None


@form
class Baseline(TypedDict):
    """A network against the committed baseline."""

    totals: list[Grown]
    layers: list[GrownLayer]
    """Those that changed, the ones that grew most first."""


@form
class Budgeted(TypedDict):
    """The limits of one network."""

    name: str
    spec: str
    within: bool
    budgets: list[Limit]
    baseline: Baseline | None


@form
class Budget(TypedDict):
    """Limits and growth: 'budget SPEC --format json'."""

    schema: int
    within: bool
    networks: list[Budgeted]
    errors: list[str]
