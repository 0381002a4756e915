"""Several networks side by side: one row for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report.columns import Align, Value, pick
from cnnanalyze.report.numbers import exact, size
from cnnanalyze.report.options import Options, operations_title
from cnnanalyze.report.table import Cell, Heading, Table, explained, sort_key
from cnnanalyze.report.totals_text import field_size


def _text(value: Value) -> str:
    return exact(value) if isinstance(value, int) else str(value)


def _bytes(value: Value) -> str:
    return size(value) if isinstance(value, int) else str(value)


@dataclass(frozen=True, slots=True)
class Trait:
    """One column of the comparison."""

    key: str
    title: str
    get: Callable[[Analysis, Options], Value]
    priority: int
    align: Align = "right"
    text: Callable[[Value], str] = _text


def _operations(convention: str) -> Callable[[Analysis, Options], Value]:
    def count(analysis: Analysis, _: Options) -> Value:
        total = analysis.total
        number = total.operations(convention)
        return f"≥ {exact(number)}" if total.uncounted(convention) else number

    return count


def labels(analyses: Sequence[Analysis]) -> tuple[str, ...]:
    """Return what networks are called: their names, with settings and files where they need them.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> one, two = (cnn.analyze("zoo:mobilenet_v1", width=w).analysis for w in (1.0, 0.5))
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


def traits(options: Options) -> tuple[Trait, ...]:
    """Return the columns of a comparison, the count under the chosen convention among them."""
    counts = dict.fromkeys(("mac", "flop", options.convention))
    keys = {"mac": "macs", "flop": "flops"}
    return (
        Trait("name", "network", lambda a, _: _label(a), 0, "left"),
        Trait("input", "input", lambda a, o: o.shape(a.network.input), 1),
        Trait("layers", "layers", lambda a, _: len(a), 6),
        Trait("parameters", "parameters", lambda a, _: a.total.parameters, 0),
        *(
            Trait(
                keys.get(name, "operations"),
                operations_title(name),
                _operations(name),
                0 if name == options.convention else 5,
            )
            for name in counts
        ),
        Trait("activations", "activations", lambda a, _: a.total.activations, 4),
        Trait(
            "weight_memory",
            "weight memory",
            lambda a, o: o.bytes_per_number * a.total.stored,
            8,
            text=_bytes,
        ),
        Trait(
            "peak",
            "peak memory",
            lambda a, o: o.bytes_per_number * o.batch * a.memory.peak,
            3,
            text=_bytes,
        ),
        Trait("field", "field", lambda a, _: field_size(a), 2),
        Trait(
            "status",
            "status",
            lambda a, o: "partial" if a.notes_under(o.convention) else "complete",
            7,
            "left",
        ),
    )


def side_by_side(analyses: Sequence[Analysis], options: Options | None = None) -> Table:
    """Return the table of several networks."""
    options = options or Options()
    chosen = traits(options)
    known = {t.key: t for t in chosen}
    ordered = list(analyses)
    if options.sort:
        key = pick(options.sort, known)
        ordered.sort(key=lambda a: sort_key(key.get(a, options)))
    named = tuple(zip(labels(ordered), ordered, strict=True))
    if options.columns:
        chosen = tuple(replace(pick(key, known), priority=0) for key in options.columns)
    table = Table(
        tuple(Heading(t.key, t.title, t.align, t.priority) for t in chosen),
        tuple(tuple(_cell(t, a, label, options) for t in chosen) for label, a in named),
    )
    return with_least(explained(table), named, options)


def _cell(trait: Trait, analysis: Analysis, label: str, options: Options) -> Cell:
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
