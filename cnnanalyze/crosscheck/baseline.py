"""Baselines: what networks cost when somebody last agreed to it, and what has grown since."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from cnnanalyze.analysis.quantities import measure as number_of
from cnnanalyze.analysis.result import Analysis, total_of
from cnnanalyze.core.files import resolved
from cnnanalyze.core.json import read_results
from cnnanalyze.core.quantities import CONVENTION, find
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import Entries, Section, Whole, version
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.crosscheck.budget import LimitedPart, measure
from cnnanalyze.errors import Mark, Source
from cnnanalyze.language.sections import TYPE, Limit, terms_of

SCHEMA = VERSIONS["budget_baseline"]
"""The version of the file's form."""
REMEDY = "'cnnanalyze budget SPEC... --update' writes one, where none is"
COSTS = ("parameters", "macs", "operations", "activations", "memory", "size_on_disk")
"""What must not grow; depth and receptive field are no costs."""
OF_A_LAYER = ("parameters", "macs", "activations")

Sizes = Mapping[str, int]
"""By quantity."""


def _sizes_of(quantities: tuple[str, ...]) -> Entries:
    """Return what may stand in a table of sizes: a whole number for each quantity."""
    row = {q: Annotated[Whole, Field(description=find(q).about)] for q in quantities}

    def unknown(what: str, word: str, known: tuple[str, ...]) -> tuple[str, str]:
        return f"{what} has no '{word}'; it has {', '.join(known)}{nearest(word, known)}", ""

    return Entries(lambda: row, unknown)


class WrittenCosts(Section):
    """What a network costs."""

    totals: Annotated[dict[str, int], _sizes_of(COSTS)] = Field(
        description="what the whole network costs"
    )
    layers: dict[str, Annotated[dict[str, int], _sizes_of(OF_A_LAYER)]] = Field(
        description="by layer, what each costs that holds or multiplies numbers"
    )


class BaselineFile(Section):
    """What networks cost when the baseline was written, by the paths of their specs."""

    schema_version: version(SCHEMA) = Field(  # type: ignore[valid-type]
        alias="schema", description="version of this form"
    )
    networks: dict[str, WrittenCosts] = Field(description="by the path of its spec, each network")


class BaselineEntry(NamedTuple):
    """What one network costs, and each of its layers that holds or multiplies numbers."""

    totals: Sizes
    layers: Mapping[str, Sizes]


class Growth(NamedTuple):
    """One total then and now."""

    quantity: str
    before: int
    now: int
    is_allowed: bool

    @property
    def percent(self) -> Fraction | None:
        """By how much it changed; nothing if there was none of it before."""
        return Fraction(100 * (self.now - self.before), self.before) if self.before else None


class LayerGrowth(NamedTuple):
    """One layer then and now; nothing where it does not exist."""

    layer: str
    before: Sizes | None
    now: Sizes | None

    def change(self, quantity: str) -> int:
        """Return by how much a quantity changed."""
        before, now = self.before or {}, self.now or {}
        return now.get(quantity, 0) - before.get(quantity, 0)


class BaselineComparison(NamedTuple):
    """A network against its entry in a baseline."""

    totals: tuple[Growth, ...]
    layers: tuple[LayerGrowth, ...]
    """Those that changed, the ones that grew most first."""

    @property
    def grown(self) -> tuple[Growth, ...]:
        """The totals that grew more than allowed."""
        return tuple(g for g in self.totals if not g.is_allowed)


def usual_limit(quantity: str) -> Limit:
    """Return a limit as a budget has it that says nothing but a number.

    Examples
    --------
    >>> usual_limit("operations").convention, usual_limit("memory").dtype
    ('flop', 'float32')
    """
    terms = terms_of(find(quantity))
    return Limit(
        quantity,
        "",
        0,
        Mark(Source("", ""), 1, 1),
        convention=CONVENTION if "convention" in terms else "",
        dtype=TYPE if "dtype" in terms else find(quantity).dtype,
    )


def record(analysis: Analysis) -> BaselineEntry:
    """Return what a network costs now.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> entry = record(cnn.analyze("zoo:lenet5_common").analysis)
    >>> entry.totals["parameters"], entry.layers["conv1"]["parameters"]
    (61706, 156)
    """
    whole = LimitedPart(analysis, tuple(analysis), analysis.total, is_whole=True)
    totals = {quantity: measure(usual_limit(quantity), whole) for quantity in COSTS}
    layers = {}
    for facts in analysis:
        one = total_of((facts,))
        sizes = {q: number_of(find(q), one, least=True) or 0 for q in OF_A_LAYER}
        if sizes["parameters"] or sizes["macs"]:
            layers[str(facts.node.id)] = sizes
    return BaselineEntry({q: n for q, n in totals.items() if n is not None}, layers)


def compare(
    before: BaselineEntry, now: BaselineEntry, allowed: Fraction = Fraction(0)
) -> BaselineComparison:
    """What has grown, and by more than the allowed percentage?"""
    totals = [
        Growth(q, before.totals[q], n, 100 * (n - before.totals[q]) <= allowed * before.totals[q])
        for q, n in now.totals.items()
        if q in before.totals
    ]
    layers = [
        LayerGrowth(name, before.layers.get(name), now.layers.get(name))
        for name in {**now.layers, **before.layers}
        if before.layers.get(name) != now.layers.get(name)
    ]
    layers.sort(key=lambda g: [-g.change(q) for q in OF_A_LAYER])
    return BaselineComparison(tuple(totals), tuple(layers))


def key_of(spec: str, file: Path) -> str:
    """Return the name of a spec in a baseline: its path from the folder of the file.

    Examples
    --------
    >>> key_of("specs/net.yaml", Path("budget.json")), key_of("zoo:vgg16", Path("budget.json"))
    ('specs/net.yaml', 'zoo:vgg16')
    """
    if spec == "-" or spec.startswith("zoo:"):
        return spec
    path, folder = resolved(spec), resolved(file).parent
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def read_baseline(path: Path) -> dict[str, BaselineEntry]:
    """Return the entries of a baseline file by the paths of their specs.

    Raises
    ------
    UsageError
        If there is no such file, it is not a baseline, or one of another version.
    """
    file = read_results(path, BaselineFile, "baseline", REMEDY)
    return {
        name: BaselineEntry(costs.totals, costs.layers) for name, costs in file.networks.items()
    }


def as_data(entries: Mapping[str, BaselineEntry]) -> dict[str, Any]:
    """Return a baseline as plain data, in the order of the paths."""
    return {
        "schema": SCHEMA,
        "networks": {
            name: {"totals": dict(entry.totals), "layers": dict(entry.layers)}
            for name, entry in sorted(entries.items())
        },
    }
