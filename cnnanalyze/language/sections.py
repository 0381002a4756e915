"""Sections beside the network: limits that it must keep, and which lint rules speak up."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from fractions import Fraction
from functools import partial
from math import ceil, floor
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from cnnanalyze.core.binding import bind_entries
from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.memory_size import UNITS, memory_size
from cnnanalyze.core.printed_number import FIGURE, PrintedNumber
from cnnanalyze.core.quantities import CONVENTION, OF, Quantity, find, seen, stated
from cnnanalyze.core.section import Entries, Reader, Section, Wrong
from cnnanalyze.core.tree import Scalar, Tree, as_tree
from cnnanalyze.errors import Mark, Source
from cnnanalyze.language.written_claims import ConventionName
from cnnanalyze.layers.attributes import Number, choice

TYPE = "float32"
"""The type of the numbers if a budget in bytes does not say."""
TYPES = ("float64", "float32", "float16", "bfloat16", "int8")
BOUNDS = ("at_most", "at_least")


def limited() -> dict[str, Quantity]:
    """Return what can be limited, by every word for it; ``layers`` names limits by layer.

    Examples
    --------
    >>> limited()["size_on_disk"].key, "layers" in limited(), "alpha" in limited()
    ('weight_memory', False, False)
    """
    every = [row for row in stated() if row.key != "layers"]
    return {word: row for row in every for word in (row.key, *row.also)}


def terms_of(quantity: Quantity) -> tuple[str, ...]:
    """Return the words of a limit that say how the quantity is counted.

    Examples
    --------
    >>> [terms_of(limited()[key]) for key in ("macs", "operations", "memory")]
    [(), ('convention',), ('dtype',)]
    """
    if quantity.counted == "operations" and not quantity.convention:
        return ("convention",)
    if quantity.is_memory:
        return ("int8",) if quantity.dtype else ("dtype",)
    return ()


class Limit(NamedTuple):
    """One limit."""

    quantity: str
    written: str
    """The limit as it is written: ``5M``."""
    value: int
    """The largest number that is allowed, or the smallest."""
    mark: Mark
    layer: str = ""
    """A path or a pattern of paths; empty for the whole network."""
    is_upper: bool = True
    convention: str = ""
    dtype: str = ""
    input: str = ""
    """The input of the network that a receptive field is of; empty for each."""

    @property
    def key(self) -> str:
        """What is limited, as it is written: ``receptive_field of left``."""
        return self.quantity + (f"{OF}{self.input}" if self.input else "")


class Budgets(NamedTuple):
    """Limits, as counts (``5M``) or bytes (``20MB``), for the whole network and by layer."""

    limits: tuple[Limit, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return the limits of the whole network as a spec would write them."""
        data: dict[str, Any] = {}
        for limit in (one for one in self.limits if not one.layer):
            entry = data.setdefault(limit.key, {})
            entry["at_most" if limit.is_upper else "at_least"] = limit.written
            if limit.convention not in {"", CONVENTION}:
                entry["convention"] = limit.convention
            if limit.dtype not in {"", TYPE, find(limit.quantity).dtype}:
                entry["dtype"] = limit.dtype
        return {q: e["at_most"] if set(e) == {"at_most"} else e for q, e in data.items()}


# --- what is written ------------------------------------------------------------------------------


class Amount(NamedTuple):
    """A number of a limit, with its place."""

    text: str
    value: Any
    """An exact fraction."""
    mark: Mark


def _amount(tree: Tree, units: Lookup[str, int]) -> Amount:
    if not isinstance(tree, Scalar):
        raise ValueError(f"must be a number, not {show_tree(tree)}")  # noqa: TRY004 - its text is read
    unit = max((u for u in units if tree.text.endswith(u)), key=len, default="")
    try:
        found = PrintedNumber.parse(tree.text.removesuffix(unit).strip())
    except ValueError as error:
        example = ", nor a size such as 20MB" if units else ""
        raise ValueError(f"cannot be read: {error}{example}") from None
    return Amount(tree.text, found.value * units.get(unit, 1), tree.mark)


_LIMIT: dict[str, Any] = {"type": ["number", "string"], "minimum": 0, "pattern": FIGURE}
Count = Annotated[Amount | None, Reader(partial(_amount, units={}), _LIMIT)]
Bytes = Annotated[Amount | None, Reader(partial(_amount, units=UNITS), _LIMIT)]


class LimitSection(Section):
    """An upper limit, or a mapping of limits and of how the quantity is counted."""

    wrong_code = missing_code = ""
    principal = "at_most"
    definition = "limit"
    needs = (BOUNDS,)

    at_most: Count = None
    at_least: Count = None

    def terms(self) -> dict[str, Any]:
        """Return how the quantity is counted."""
        return {}

    def wrong(self, what: str) -> Iterator[Wrong]:
        """Refuse limits that exclude each other."""
        least, most = self.at_least, self.at_most
        if least is not None and most is not None and least.value > most.value:
            yield Wrong(
                f"no network can meet {what}: at_least {least.text} > at_most {most.text}",
                "at_least",
                "at_least must not be more than at_most",
            )


class OperationsLimit(LimitSection):
    """Limits on operations."""

    definition = "operations_limit"

    convention: ConventionName = CONVENTION

    def terms(self) -> dict[str, Any]:
        """Return the convention."""
        return {"convention": self.convention}


class MemoryLimit(LimitSection):
    """Limits in bytes."""

    definition = "memory_limit"

    at_most: Bytes = None
    at_least: Bytes = None
    dtype: choice(*TYPES) = TYPE  # type: ignore[valid-type]

    def terms(self) -> dict[str, Any]:
        """Return the type of the numbers."""
        return {"dtype": self.dtype}


def _size(tree: Tree) -> Amount:
    if not isinstance(tree, Scalar):
        raise ValueError(f"must be a size such as 256KiB, not {show_tree(tree)}")  # noqa: TRY004 - its text is read
    return Amount(tree.text, Fraction(memory_size(tree.text)), tree.mark)


Size = Annotated[Amount | None, Reader(_size, _LIMIT)]


class SizeLimit(LimitSection):
    """Limits in bytes of numbers that always have the same type; units mean one thing."""

    definition = "size_limit"

    at_most: Size = None
    at_least: Size = None

    def terms(self) -> dict[str, Any]:
        """Return the type of the numbers."""
        return {"dtype": "int8"}


LIMITS = {
    (): LimitSection,
    ("convention",): OperationsLimit,
    ("dtype",): MemoryLimit,
    ("int8",): SizeLimit,
}
"""By the words that say how a quantity is counted: what may stand behind it."""


def _unknown(what: str, word: str, known: tuple[str, ...]) -> tuple[str, str]:
    from cnnanalyze.layers.synonyms import counted, near_key  # noqa: PLC0415 - for faults only

    # A word that is only another one for a key is not offered, but read.
    offered = tuple(dict.fromkeys(limited()[w].key if w in limited() else w for w in known))
    near = near_key(word, "quantities", known)
    return (
        f"{what} has no '{word}'; it takes {', '.join(offered)}{near}",
        counted(word, known),
    )


def _limits() -> dict[str, Any]:
    return {
        word: Annotated[LIMITS[terms_of(quantity)], Field(description=quantity.about)]
        for word, quantity in limited().items()
    }


OF_LAYER = Entries(_limits, _unknown, "the budget for {}", "stem: {macs: 100M}", parted=seen)
"""The limits of what a path or a pattern names."""
BY_LAYER = Annotated[
    dict[str, Annotated[dict[str, LimitSection], OF_LAYER]],
    Field(description="limits by path of a layer or a block; * and ** stand for parts"),
]
BUDGETS = Entries(
    lambda: {**_limits(), "layers": BY_LAYER}, _unknown, "the budget for {}", parted=seen
)
"""What the section may hold: limits of the whole network, and limits by layer."""


def read_budgets(tree: Tree | None, faults: Faults) -> Budgets | None:
    """Read a ``budgets:`` section; what is wrong is noted at its place."""
    if tree is None:
        return None
    return budgets_of(bind_entries(tree, BUDGETS, "'budgets'", faults))


def budgets_of(found: dict[str, Any]) -> Budgets:
    """Return the budgets that the entries of a section say."""
    found = dict(found)
    by_layer = found.pop("layers", {})
    tables = (("", found), *by_layer.items())
    return Budgets(
        tuple(
            limit
            for layer, table in tables
            for written, section in table.items()
            for limit in _limits_of(written, layer, section)
        )
    )


def _limits_of(written: str, layer: str, section: LimitSection) -> Iterator[Limit]:
    quantity, _, image = written.partition(OF)
    for bound, is_upper in ((section.at_most, True), (section.at_least, False)):
        if bound is not None:
            value = floor(bound.value) if is_upper else ceil(bound.value)
            limit = Limit(quantity, bound.text, value, bound.mark, layer, is_upper, input=image)
            yield limit._replace(**section.terms())


def plan_budgets(data: dict[str, Any], where: str) -> Budgets | None:
    """Read budgets from plain data, as a spec has them.

    Raises
    ------
    SpecError
        With everything that is wrong; the place is the file alone.

    Examples
    --------
    >>> plan_budgets({"parameters": "5M"}, "cnnanalyze.toml").limits[0].value
    5000000
    """
    faults = Faults("SP014")
    budgets = read_budgets(as_tree(data, Mark(Source(where, ""), 1, 1)), faults)
    faults.raise_if_any()
    return budgets


class Lint(Section):
    """Which lint rules speak up for this spec."""

    profile: choice("default", "teaching", "strict") = Field(  # type: ignore[valid-type]
        default="default", description="the rules to begin with"
    )
    select: tuple[str, ...] = Field(
        default=(), description="rules that are on, instead of the profile's"
    )
    extend_select: tuple[str, ...] = Field(default=(), description="additional rules")
    ignore: tuple[str, ...] = Field(default=(), description="rules that are off")
    severity: dict[str, choice("error", "warning", "info")] = Field(  # type: ignore[valid-type]
        default_factory=dict, description="other severities, by rule"
    )
    thresholds: dict[str, dict[str, Number]] = Field(
        default_factory=dict, description="other numbers for conditions, by rule"
    )
    target: str | None = Field(default=None, description="the hardware whose rules are added")
