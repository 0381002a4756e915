"""Budgets: limits that a spec or a configuration sets, for a network, its blocks or its layers."""

from __future__ import annotations

from math import ceil, floor
from typing import Any, NamedTuple

from cnnanalyze.core.conventions import convention as find_convention
from cnnanalyze.core.diagnostics import Faults, said
from cnnanalyze.core.quantities import CONVENTION, Quantity, stated
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping, Scalar, Tree, plant
from cnnanalyze.errors import Mark, Source, UsageError
from cnnanalyze.language.printed_number import PrintedNumber
from cnnanalyze.language.synonyms import counted, near_key

TYPE = "float32"
"""The type of the numbers if a budget in bytes does not say."""
TYPES = ("float64", "float32", "float16", "bfloat16", "int8")
BOUNDS = ("at_most", "at_least")
_UNITS = {
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "B": 1,
}


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
    return ("dtype",) if quantity.is_memory else ()


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


class Budgets(NamedTuple):
    """Limits, as counts (``5M``) or bytes (``20MB``), for the whole network and by layer."""

    limits: tuple[Limit, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return the limits of the whole network as a spec would write them."""
        data: dict[str, Any] = {}
        for limit in (one for one in self.limits if not one.layer):
            entry = data.setdefault(limit.quantity, {})
            entry["at_most" if limit.is_upper else "at_least"] = limit.written
            if limit.convention not in {"", CONVENTION}:
                entry["convention"] = limit.convention
            if limit.dtype not in {"", TYPE}:
                entry["dtype"] = limit.dtype
        return {q: e["at_most"] if set(e) == {"at_most"} else e for q, e in data.items()}


def read_budgets(tree: Tree | None, faults: Faults) -> Budgets | None:
    """Read a ``budgets:`` section; what is wrong is noted at its place."""
    if tree is None:
        return None
    if not isinstance(tree, Mapping):
        faults.add(f"'budgets' must be a mapping, not {said(tree)}", tree.mark)
        return None
    limits = _read_table(tree, "", faults)
    layers = tree.get("layers")
    if isinstance(layers, Mapping):
        for key, table in layers.entries:
            if isinstance(table, Mapping):
                limits += _read_table(table, key.text, faults)
            else:
                faults.add(
                    f"'{key.text}' must map quantities to limits, not {said(table)}",
                    table.mark,
                    help=f"{key.text}: {{macs: 100M}}",
                )
    elif layers is not None:
        faults.add(
            f"'layers' must map paths to their limits, not {said(layers)}",
            layers.mark,
            help='layers: {"stage*/conv*": {macs: 100M}}',
        )
    return Budgets(tuple(limits))


def plan_budgets(data: dict[str, Any], where: str) -> Budgets | None:
    """Read budgets from the plain data of a configuration file.

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
    budgets = read_budgets(plant(data, Mark(Source(where, ""), 1, 1)), faults)
    faults.raise_if_any()
    return budgets


def _read_table(tree: Mapping, layer: str, faults: Faults) -> list[Limit]:
    """Read the limits of a network, or of what a pattern names."""
    limits: list[Limit] = []
    quantities = limited()
    # A word that is only another one for a key is not offered, but read.
    known = (
        *dict.fromkeys(row.key for row in quantities.values()),
        *(() if layer else ("layers",)),
    )
    for key, value in tree.entries:
        if (quantity := quantities.get(key.text)) is not None:
            limits += _read_limits(key.text, quantity, layer, value, faults)
        elif key.text not in known:
            faults.add(
                f"'{layer or 'budgets'}' has no '{key.text}'; it takes {', '.join(known)}"
                f"{near_key(key.text, 'quantities', (*known, *quantities))}",
                key.mark,
                help=counted(key.text, known),
                code="SP003",
            )
    return limits


def _read_limits(
    quantity: str, row: Quantity, layer: str, tree: Tree, faults: Faults
) -> list[Limit]:
    """Read what stands after a quantity: an upper limit, or a mapping of limits and terms."""
    terms = terms_of(row)
    convention = CONVENTION if "convention" in terms else ""
    dtype = TYPE if "dtype" in terms else ""
    in_bytes = row.is_memory
    if isinstance(tree, Scalar):
        found = _number(quantity, tree, faults, in_bytes=in_bytes)
        if found is None:
            return []
        value, written = floor(found), tree.text
        return [Limit(quantity, written, value, tree.mark, layer, True, convention, dtype)]
    if not isinstance(tree, Mapping):
        faults.add(f"the budget for {quantity} must be a number, not {said(tree)}", tree.mark)
        return []
    for key, value in tree.entries:
        if key.text not in {*BOUNDS, *terms}:
            faults.add(
                f"the budget for {quantity} has no '{key.text}'; it takes "
                f"{', '.join((*BOUNDS, *terms))}{nearest(key.text, (*BOUNDS, *terms))}",
                key.mark,
                code="SP003",
            )
        elif key.text == "convention":
            convention = _convention(value, faults)
        elif key.text == "dtype":
            dtype = _dtype(value, faults)
    limits = []
    numbers: dict[str, Any] = {}
    for bound in BOUNDS:
        value_tree = tree.get(bound)
        if value_tree is None:
            continue
        if not isinstance(value_tree, Scalar):
            faults.add(
                f"'{bound}' of {quantity} must be a number, not {said(value_tree)}", value_tree.mark
            )
        elif (found := _number(quantity, value_tree, faults, in_bytes=in_bytes)) is not None:
            numbers[bound] = found
            upper = bound == "at_most"
            value = floor(found) if upper else ceil(found)
            limits.append(
                Limit(
                    *(quantity, value_tree.text, value, value_tree.mark),
                    *(layer, upper, convention, dtype),
                )
            )
    if numbers.keys() == set(BOUNDS) and numbers["at_least"] > numbers["at_most"]:
        least, most = (limit.written for limit in reversed(limits))
        faults.add(
            f"no network can meet the budget for {quantity}: at_least {least} > at_most {most}",
            limits[-1].mark,
            help="at_least must not be more than at_most",
        )
    if tree.get("at_most") is None and tree.get("at_least") is None:
        faults.add(
            f"the budget for {quantity} needs a limit",
            tree.mark,
            help=f"{quantity}: {{at_most: 5M}}",
        )
    return limits


def _convention(tree: Tree, faults: Faults) -> str:
    """Return the name of a convention that there is, or the one that holds without a name."""
    name = tree.text if isinstance(tree, Scalar) else said(tree)
    try:
        find_convention(name)
    except UsageError as error:
        faults.add(error.message, tree.mark, help=error.faults[0].help)
        return CONVENTION
    return name


def _dtype(tree: Tree, faults: Faults) -> str:
    word = tree.text if isinstance(tree, Scalar) else ""
    if word in TYPES:
        return word
    faults.add(
        f"'dtype' must be one of {', '.join(TYPES)}, not {said(tree)}{nearest(word, TYPES)}",
        tree.mark,
    )
    return TYPE


def _number(quantity: str, tree: Scalar, faults: Faults, *, in_bytes: bool) -> Any:  # noqa: ANN401 - a fraction or nothing
    """Return the number that is written, if it can be read as one."""
    text, worth = tree.text, 1
    if in_bytes:
        unit = next((u for u in _UNITS if text.endswith(u)), "")
        text, worth = text.removesuffix(unit).strip(), _UNITS.get(unit, 1)
    try:
        return PrintedNumber.parse(text).value * worth
    except ValueError as error:
        faults.add(
            f"invalid budget for {quantity}: {error}",
            tree.mark,
            help="write a number such as 5M or 25_000_000" + (", or 20MB" if in_bytes else ""),
        )
        return None
