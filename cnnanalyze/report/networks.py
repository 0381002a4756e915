"""Several networks side by side: one row for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.quantities import Quantity, counted_under, rows
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import shapes_in
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report.columns import ON_REQUEST, Align, Value, number_text, of_network, pick
from cnnanalyze.report.document import Block, Deferred, Document, Tabular
from cnnanalyze.report.document import Heading as Title
from cnnanalyze.report.options import Options
from cnnanalyze.report.summary import SECTION, architecture, data
from cnnanalyze.report.table import Cell, Heading, Table, explained, sort_key
from cnnanalyze.report.totals_text import field_size


def networks(
    analyses: Sequence[Analysis], options: Options | None = None, *, graph: bool = False
) -> Document:
    """Return several networks side by side, with their architectures if they are asked for.

    Raises
    ------
    UsageError
        If ``depth`` or ``all`` is among the options: there are no layers to collapse.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.report.writers import render
    >>> found = [cnn.analyze(f"zoo:{name}").analysis for name in ("vgg11", "vgg13")]
    >>> print(render(networks(found, Options(columns=("name", "layers"))), "text"), end="")
    network  layers
    ───────  ──────
    VGG-11       30
    VGG-13       34
    """
    options = options or Options()
    for name, is_given in (("depth", options.depth is not None), ("all", options.all)):
        if is_given:
            raise UsageError(
                f"'{name}' is for the table of one network; several give one row each",
                help=f"name one spec, or leave out '{name}'",
            )
    table = side_by_side(analyses, options)

    def blocks() -> Iterator[Block]:
        yield Tabular(table)
        for n, label in enumerate(labels(analyses) if graph else ()):
            yield Title(label, SECTION)
            yield architecture(analyses[n], f"n{n}-")

    return Document(
        f"{len(analyses)} networks",
        Deferred(blocks),
        lambda: {
            "schema": VERSIONS["summary"],
            "networks": (data(a, options) for a in analyses),
        },
        table=lambda: table,
    )


@dataclass(frozen=True, slots=True)
class NetworkColumn:
    """One column of a table of networks."""

    key: str
    title: str
    get: Callable[[Analysis, Options], Value]
    priority: int = ON_REQUEST
    align: Align = "right"
    text: Callable[[Value], str] = str


def labels(analyses: Sequence[Analysis]) -> tuple[str, ...]:
    """Return what networks are called: their names, with settings and files where they need them.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> one, two = (
    ...     cnn.analyze("zoo:mobilenet_v1", settings={"width": w}).analysis for w in (1.0, 0.5)
    ... )
    >>> labels([one, two])
    ('MobileNet v1 (width=1.0)', 'MobileNet v1 (width=0.5)')
    """
    found = [_label(a) for a in analyses]
    if len(set(found)) < len(found):
        sources = [spec_of(a.network).source for a in analyses]
        files = [
            f"{name}, {source.name}" if source is not None else name
            for name, source in zip(found, sources, strict=True)
        ]
        found = files if len(set(files)) == len(files) else found
    return tuple(found)


def _label(analysis: Analysis) -> str:
    settings = ", ".join(f"{name}={value}" for name, value in spec_of(analysis.network).settings)
    return f"{analysis.network.name} ({settings})" if settings else analysis.network.name


PRIORITIES = {
    "name": 0,
    "input": 1,
    "layers": 6,
    "parameters": 0,
    "operations": 5,
    "macs": 5,
    "flops": 5,
    "activations": 4,
    "weight_memory": 8,
    "peak": 3,
    "field": 2,
    "status": 7,
}
"""The columns that are shown unasked, in order, and which go first where there is no room."""


def trait_of(quantity: Quantity, priority: int = ON_REQUEST) -> NetworkColumn:
    """Return the column of a quantity of networks."""
    key = {"peak_memory": "peak", "receptive_field": "field"}.get(quantity.key, quantity.key)
    if quantity.key == "receptive_field":
        return NetworkColumn(key, quantity.heading, lambda a, _: field_size(a), priority)
    return NetworkColumn(
        key,
        quantity.title,
        lambda a, o: of_network(quantity, a, o.terms),
        priority,
        text=lambda value: number_text(quantity, value),
    )


def traits(options: Options) -> dict[str, NetworkColumn]:
    """Return the columns of networks by key, those that are shown unasked first.

    Examples
    --------
    >>> [trait.title for trait in traits(Options()).values() if not trait.priority]
    ['network', 'parameters', 'MACs']
    """
    chosen = counted_under(options.convention)
    own = (
        NetworkColumn("name", "network", lambda a, _: _label(a), align="left"),
        NetworkColumn("input", "input", lambda a, o: shapes_in(a.network, o.shape)),
        NetworkColumn(
            "status",
            "status",
            lambda a, o: "partial" if a.notes_under(o.convention) else "complete",
            align="left",
        ),
    )
    numbers = (trait_of(chosen if q.key == chosen.key else q) for q in rows())
    every = {t.key: t for t in (*own, *numbers) if t.key != "operations" or chosen.key == t.key}
    ordered = dict.fromkeys([*(key for key in PRIORITIES if key in every), *every])
    return {
        key: replace(
            every[key], priority=0 if key == chosen.key else PRIORITIES.get(key, ON_REQUEST)
        )
        for key in ordered
    }


def side_by_side(analyses: Sequence[Analysis], options: Options | None = None) -> Table:
    """Return the table of several networks."""
    options = options or Options()
    known = traits(options)
    ordered = list(analyses)
    if options.sort:
        key = pick(options.sort, known)
        ordered.sort(key=lambda a: sort_key(key.get(a, options)))
    named = tuple(zip(labels(ordered), ordered, strict=True))
    chosen = [t for t in known.values() if t.priority < ON_REQUEST]
    if options.columns:
        chosen = [replace(pick(key, known), priority=0) for key in options.columns]
    table = Table(
        tuple(Heading(t.key, t.title, t.align, t.priority) for t in chosen),
        tuple(tuple(_cell(t, a, label, options) for t in chosen) for label, a in named),
        is_chosen=bool(options.columns),
    )
    return with_least(explained(table), named, options)


def _cell(trait: NetworkColumn, analysis: Analysis, label: str, options: Options) -> Cell:
    if trait.key == "name":
        return Cell(label, label)
    value = trait.get(analysis, options)
    return Cell(value, trait.text(value))


def with_least(table: Table, counted: Iterable[tuple[str, Analysis]], options: Options) -> Table:
    """Return a table of networks with a line that says which counts are lower bounds."""
    conventions = dict.fromkeys(("mac", "flop", options.convention))
    found = [
        f"{label} has at least this under {name}, which does not count {', '.join(missing)}"
        for label, analysis in counted
        for name in conventions
        if (missing := analysis.total.uncounted(name))
    ]
    return table._replace(note="; ".join(filter(None, [table.note, *found])))
