"""Closed forms of a network whose input leaves sizes open: shapes and counts for all sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cnnanalyze.analysis.closed_forms import ClosedForms, LayerForms, counted
from cnnanalyze.analysis.field_text import Fields, brief, of_each
from cnnanalyze.core.closed_form import ClosedForm
from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.core.quantities import known as find_quantity
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import UsageError
from cnnanalyze.report import document
from cnnanalyze.report.document import Block, Document, Facts, Inline, Paragraph, Tabular, lines
from cnnanalyze.report.receptive_field_text import brief_stride
from cnnanalyze.report.table import Cell, Heading, Table

SHOWN = ("parameters", "macs")
"""The quantities that the table of layers has."""
TOTALS = ("parameters", "macs", "flops", "activations")
"""The quantities whose sums are shown."""
UNKNOWN = "no closed form"


def describe(forms: ClosedForms) -> Document:
    """Return what holds of a network for all sizes of its input that are left open."""
    name = forms.network.name
    blocks: list[Block] = [
        document.Heading(name, 1, f"input {_inputs(forms)}"),
        Facts(tuple(_facts(forms))),
        Tabular(_table(forms)),
        Facts((*_totals(forms),), "Total"),
        Paragraph(_remark(forms)),
    ]
    return Document(name, tuple(blocks), lambda: to_dict(forms))


def _totals(forms: ClosedForms) -> Iterator[tuple[str, str]]:
    for key in TOTALS:
        yield QUANTITIES[key].title, _said(forms.totals[key])
    yield QUANTITIES[PEAK].title, _peak(forms)


PEAK = "live_activations"


def _peak(forms: ClosedForms) -> str:
    """Return the most activations alive at a time: the largest of a few forms, if they are few."""
    found = forms.peak
    if not found:
        return UNKNOWN
    if len(found) == 1:
        return str(found[0])
    if len(found) > MOST_FORMS:
        return f"{UNKNOWN}: the largest of {len(found)} forms; sizes give a number"
    return f"max({', '.join(map(str, found))})"


MOST_FORMS = 4
"""A maximum of more is not written out."""


def _inputs(forms: ClosedForms) -> str:
    return " and ".join(given.written for given in forms.network.inputs.values())


def _facts(forms: ClosedForms) -> list[tuple[Inline, Inline]]:
    said = [*map(str, forms.domain.sizes), *map(str, forms.domain.together)]
    return [("holds for", lines(*said))]


def _table(forms: ClosedForms) -> Table:
    headings = [Heading("name", "layer", "left"), Heading("output", "output", "left")]
    headings += [
        Heading(key, QUANTITIES[key].heading, "left", priority)
        for priority, key in enumerate(SHOWN)
    ]
    headings.append(Heading("field", "field", "right", len(SHOWN)))
    return Table(tuple(headings), tuple(_row(forms, layer) for layer in forms.layers))


def _row(forms: ClosedForms, layer: LayerForms) -> tuple[Cell, ...]:
    texts = [layer.node.id, layer.shape]
    texts += [_said(layer.quantities[key], zero="") for key in SHOWN]
    texts.append(_seen(forms, layer, brief))
    return tuple(Cell(text, text) for text in texts)


def _seen(forms: ClosedForms, layer: LayerForms, say: Callable[[Fields], str]) -> str:
    """Return what a layer sees, if that does not depend on the sizes."""
    facts = forms.fields.get(layer.node.id)
    said = None if facts is None else of_each(facts, say)
    return UNKNOWN if said is None else said


def _said(form: ClosedForm | None, zero: str = "0") -> str:
    if form is None:
        return UNKNOWN
    return str(form) if form.terms else zero


def _remark(forms: ClosedForms) -> str:
    checked = " and ".join(
        ", ".join(f"{name} = {size}" for name, size in sizes.items()) for sizes in forms.checked
    )
    compared = f"The rules give the same numbers at {checked}. " if checked else ""
    return f"{compared}{_numbers(forms)}."


def _numbers(forms: ClosedForms) -> str:
    settings = " ".join(f"--set {name}={size}" for name, size in forms.assumed.items())
    return f"'{settings}' give{'s' if len(forms.assumed) == 1 else ''} numbers"


def explain(forms: ClosedForms, path: str, quantity: str = "") -> Document:
    """Return the closed forms of a layer, a block or the network, or that of one quantity.

    Raises
    ------
    UsageError
        If the network has no such layer, or the quantity no closed form.
    """
    found = forms.of(path)
    texts = {row.topic: (row.title, _said(found[row.key])) for row in counted()}
    if path in forms.by_id:
        layer = forms.by_id[path]
        texts = {
            "output": ("output", layer.shape),
            **texts,
            "receptive_field": (QUANTITIES["receptive_field"].title, _seen(forms, layer, brief)),
            "jump": (QUANTITIES["effective_stride"].title, _seen(forms, layer, brief_stride)),
        }
    elif not path:
        texts[PEAK] = (QUANTITIES[PEAK].title, _peak(forms))
    if quantity:
        word = known.topic if (known := find_quantity(quantity)) else quantity
        if word not in texts:
            raise UsageError(
                f"'{quantity}' has no closed form here{nearest(quantity, list(texts))}",
                help=f"{', '.join(texts)} have one; {_numbers(forms)}",
            )
        texts = {word: texts[word]}
    name = path or forms.network.name
    blocks: tuple[Block, ...] = (
        document.Heading(name, 1, f"input {_inputs(forms)}"),
        Facts((*texts.values(), *_facts(forms))),
        Paragraph(_remark(forms)),
    )
    return Document(name, blocks, lambda: to_dict(forms))


def to_dict(forms: ClosedForms) -> dict[str, Any]:
    """Return closed forms as plain data; each is an expression that Python evaluates."""
    return {
        "schema": VERSIONS["closed_forms"],
        "name": forms.network.name,
        "input": _inputs(forms),
        "sizes": [
            {
                "name": one.name,
                "least": one.least,
                "most": one.most,
                "divisor": one.divisor,
                "remainders": list(one.remainders),
            }
            for one in forms.domain.sizes
        ],
        "conditions": [str(condition) for condition in forms.domain.together],
        "checked": [dict(sizes) for sizes in forms.checked],
        "total": _quantities(forms.totals),
        "peak_activations": [form.code for form in forms.peak],
        "layers": [
            {
                "id": layer.node.id,
                "kind": layer.node.kind,
                "output": [form.code for form in layer.output],
                **_quantities(layer.quantities),
                "receptive_field": _known(_seen(forms, layer, brief)),
                "effective_stride": _known(_seen(forms, layer, brief_stride)),
            }
            for layer in forms.layers
        ],
    }


def _known(said: str) -> str | None:
    return None if said == UNKNOWN else said


def _quantities(forms: Mapping[str, ClosedForm | None]) -> dict[str, str | None]:
    return {row.key: None if (form := forms[row.key]) is None else form.code for row in counted()}
