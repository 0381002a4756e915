"""Closed forms of a network whose input leaves sizes open: shapes and counts for all sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnanalyze.analysis.closed_forms import ClosedForms, LayerForms, counted
from cnnanalyze.core.closed_form import ClosedForm
from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.core.quantities import known as find_quantity
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import UsageError
from cnnanalyze.report import document
from cnnanalyze.report.document import Block, Document, Facts, Inline, Paragraph, Tabular, lines
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
        Facts(tuple((QUANTITIES[key].title, _said(forms.totals[key])) for key in TOTALS), "Total"),
        Paragraph(_remark(forms)),
    ]
    return Document(name, tuple(blocks), lambda: to_dict(forms))


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
    return Table(tuple(headings), tuple(_row(layer) for layer in forms.layers))


def _row(layer: LayerForms) -> tuple[Cell, ...]:
    texts = [layer.node.id, layer.shape]
    texts += [_said(layer.quantities[key], zero="") for key in SHOWN]
    return tuple(Cell(text, text) for text in texts)


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
        texts = {"output": ("output", forms.by_id[path].shape), **texts}
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
        "layers": [
            {
                "id": layer.node.id,
                "kind": layer.node.kind,
                "output": [form.code for form in layer.output],
                **_quantities(layer.quantities),
            }
            for layer in forms.layers
        ],
    }


def _quantities(forms: Mapping[str, ClosedForm | None]) -> dict[str, str | None]:
    return {row.key: None if (form := forms[row.key]) is None else form.code for row in counted()}
