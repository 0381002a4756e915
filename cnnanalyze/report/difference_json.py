"""Differences as JSON: every network's totals, and what became of every layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from cnnanalyze.analysis.quantities import measure
from cnnanalyze.comparison.quantity import Delta, compared, summed
from cnnanalyze.comparison.result import Aspect, Comparison, GroupChange, LayerChange
from cnnanalyze.core.quantities import Quantity, Terms
from cnnanalyze.core.recent import Recent
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report.difference_totals import Compared
from cnnanalyze.report.json import Filled, Template, inputs_of, memories, plain, totals
from cnnanalyze.report.totals_text import field_size


def to_dict(shown: Compared, most: int | None = None) -> dict[str, Any]:
    """Return the comparison as plain data; equal layers are in it if all are asked for.

    ``most`` is how many groups and layers of each pair there is room for; how many more there are
    is then said in ``groups_left_out`` and ``layers_left_out``.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.report.difference import difference
    >>> one, two = (cnn.analyze(f"zoo:{name}").analysis for name in ("vgg16", "vgg19"))
    >>> pair = to_dict(difference([one, two]))["comparisons"][0]
    >>> pair["counts"]["added"], pair["totals"]["parameters"]["change"]
    (6, 5309696)
    """
    data = to_stream(shown, most)
    pairs = [
        {**pair, **{name: [row.as_dict() for row in pair[name]] for name in ("groups", "layers")}}
        for pair in data["comparisons"]
    ]
    return {**data, "comparisons": pairs}


def to_stream(shown: Compared, most: int | None = None) -> dict[str, Any]:
    """Return the same for :func:`~cnnanalyze.report.json.pieces`, which asks row by row."""
    return {
        "schema": VERSIONS["compare"],
        "convention": shown.options.convention,
        "equal": shown.is_empty,
        "networks": [
            {
                "name": a.network.name,
                "label": label,
                **inputs_of(a.network),
                "settings": {name: plain(value) for name, value in spec_of(a.network).settings},
                "totals": totals(a.total, shown.options.terms),
                **{f"{q.key}_bytes": measure(q, a.total, shown.options.terms) for q in memories()},
                "receptive_field": field_size(a),
                "layers": len(a),
                "status": "partial" if a.notes_under(shown.options.convention) else "complete",
            }
            for label, a in zip(shown.labels, shown.analyses, strict=True)
        ],
        "comparisons": (
            _comparison(shown, comparison, n, most)
            for n, comparison in enumerate(shown.comparisons, 1)
        ),
    }


def _comparison(
    shown: Compared, comparison: Comparison, after: int, most: int | None
) -> dict[str, Any]:
    terms = shown.options.terms
    added_up = summed(terms.convention)
    changes = comparison.changes if shown.everything else tuple(comparison)
    groups = comparison.groups(shown.options.depth or 1)
    left_out = {
        f"{name}_left_out": len(found) - most
        for name, found in (("groups", groups), ("layers", changes))
        if most is not None and len(found) > most
    }
    return {
        "before": 0,
        "after": after,
        "equal": comparison.is_empty,
        "counts": {
            **comparison.counts,
            "shapes_alone": comparison.following,
            "renamed": comparison.renamed,
        },
        "differences": _aspects(comparison.aspects),
        "totals": {q.key: _delta(comparison.total(q, terms)) for q in compared(terms.convention)},
        "groups": _groups(groups[:most], added_up, terms),
        "layers": _layers(changes[:most], added_up, terms),
        **left_out,
    }


def _groups(
    groups: Sequence[GroupChange], added_up: Sequence[Quantity], terms: Terms
) -> Iterator[Filled]:
    """Yield what became of each group; what changes alike is added up and written once."""
    templates, deltas = Recent[Template](), Recent[tuple[Delta, ...]]()

    def of(change: LayerChange) -> tuple[Delta, ...]:
        return deltas.get(change.likeness, lambda: tuple(change.delta(q, terms) for q in added_up))

    def template(sums: tuple[Delta, ...]) -> Template:
        counts = {q.key: _delta(delta) for q, delta in zip(added_up, sums, strict=True)}
        return Template({"path": "", "old_path": None, **counts}, {"path", "old_path"})

    for group in groups:
        each = [of(change) for change in group.changes]
        sums = each[0] if len(each) == 1 else tuple(map(_sum, zip(*each, strict=True)))
        own = {"path": group.path, "old_path": group.old_path or None}
        yield Filled(templates.get(sums, partial(template, sums)), own)


def _sum(deltas: tuple[Delta, ...]) -> Delta:
    return sum(deltas, Delta(None, None))


def _layers(
    changes: tuple[LayerChange, ...], added_up: Sequence[Quantity], terms: Terms
) -> Iterator[Filled]:
    """Yield what became of each layer; what is alike of equal ones is written once."""
    templates = Recent[Template]()

    def template(change: LayerChange) -> Template:
        return Template(_layer(change, added_up, terms), {"before", "after"})

    for change in changes:
        yield Filled(templates.get(change.likeness, partial(template, change)), _ids(change))


def _ids(change: LayerChange) -> dict[str, Any]:
    return {
        "before": None if change.before is None else change.before.node.id,
        "after": None if change.after is None else change.after.node.id,
    }


def _layer(change: LayerChange, added_up: Sequence[Quantity], terms: Terms) -> dict[str, Any]:
    return {
        "status": change.status,
        "shapes_alone": change.follows,
        **_ids(change),
        "kind": change.facts.node.kind,
        "differences": _aspects(change.aspects),
        **{q.key: _delta(change.delta(q, terms)) for q in added_up},
    }


def _aspects(aspects: tuple[Aspect, ...]) -> dict[str, Any]:
    return {a.name: {"before": _value(a.before), "after": _value(a.after)} for a in aspects}


def _value(value: Any) -> Any:  # noqa: ANN401 - whatever a layer may differ in
    if isinstance(value, Shape):
        return list(value.extents)
    if isinstance(value, tuple) and value and isinstance(value[0], Shape):
        return [list(shape.extents) for shape in value]
    return plain(value)


def _delta(delta: Delta) -> dict[str, Any]:
    """Return a change; the percentage is an inexact number."""
    percent = delta.percent
    return {
        "before": delta.before,
        "after": delta.after,
        "change": delta.change,
        "percent": None if percent is None else round(float(percent), 6),
    }
