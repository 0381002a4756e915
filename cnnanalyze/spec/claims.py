"""Claims: figures that somebody printed for a network, kept in the spec beside it (``expect:``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnanalyze.core.conventions import CONVENTIONS
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Mark
from cnnanalyze.layers.attributes import say
from cnnanalyze.spec.faults import Faults
from cnnanalyze.spec.figure import Figure
from cnnanalyze.spec.shapes import parse_extents
from cnnanalyze.spec.tree import Mapping, Scalar, Sequence, Tree, plain

TOTALS = (
    "parameters",
    "trainable_parameters",
    "non_trainable_parameters",
    "weights",
    "biases",
    "macs",
    "operations",
    "activations",
)
"""What can be claimed of a whole network; ``operations`` is counted under the claim's convention."""

ROWS = (*TOTALS, "output", "receptive_field", "effective_stride", "effective_padding")
"""What can be claimed of a layer or of a block."""

VERDICTS = ("holds", "wrong")


@dataclass(frozen=True, slots=True)
class Claim:
    """One printed figure."""

    quantity: str
    layer: str
    """A layer's or a block's path; empty for the whole network."""
    printed: str
    figure: Figure | None
    """The number with its printed precision; nothing for shapes and pairs."""
    extents: tuple[int, ...]
    """The numbers of a shape, or of a quantity with one number per axis."""
    source: str
    mark: Mark
    convention: str = ""
    verdict: str = "holds"
    reason: str = ""
    settings: tuple[tuple[str, Any], ...] = ()
    """Parameters of the spec under which the figure was printed, other than the defaults."""


def read_claims(tree: Tree, faults: Faults) -> tuple[Claim, ...]:
    """Read the ``expect:`` section: a list of sources, each with the figures it prints."""
    if not isinstance(tree, Sequence):
        faults.add(
            "'expect' must be a list of sources with their figures",
            tree.mark,
            help="- source: table 3\n          total: {parameters: 138M}",
        )
        return ()
    return tuple(claim for item in tree.items for claim in _read_source(item, faults))


def _read_source(item: Tree, faults: Faults) -> list[Claim]:
    if not isinstance(item, Mapping):
        faults.add("a claim must be a mapping with 'source' and figures", item.mark)
        return []
    known = ("source", "total", "layers", "convention", "set", "verdict", "reason")
    for key, _ in item.entries:
        if key.text not in known:
            faults.add(
                f"unknown key '{key.text}' in a claim; known: {', '.join(known)}"
                f"{nearest(key.text, known)}",
                key.mark,
            )
    source = item.get("source")
    if not isinstance(source, Scalar) or not source.text:
        faults.add("a claim needs its 'source'", item.mark, help="say who printed it, and where")
        return []
    common = {
        "source": source.text,
        "convention": _word(item.get("convention")),
        "verdict": _word(item.get("verdict")) or "holds",
        "reason": _word(item.get("reason")),
    }
    settings = item.get("set")
    if settings is not None:
        if isinstance(settings, Mapping):
            common["settings"] = tuple((k.text, plain(v)) for k, v in settings.entries)
        else:
            faults.add("'set' must map parameters to values", settings.mark)
    claims: list[Claim] = []
    for name, rows, quantities in _tables(item, faults):
        for key, value in rows.entries:
            if key.text not in quantities:
                faults.add(
                    f"'{key.text}' is not a quantity that can be claimed here; "
                    f"known: {', '.join(quantities)}{nearest(key.text, quantities)}",
                    key.mark,
                )
                continue
            claim = _read_figure(key, name, value, common, faults)
            if claim is not None:
                claims.append(claim)
    if not claims and item.get("total") is None and item.get("layers") is None:
        faults.add("a claim needs figures", item.mark, help="give them under 'total' or 'layers'")
    return claims


def _tables(item: Mapping, faults: Faults) -> list[tuple[str, Mapping, tuple[str, ...]]]:
    """Return (layer, figures, allowed quantities) for the total and for each layer."""
    tables: list[tuple[str, Mapping, tuple[str, ...]]] = []
    total = item.get("total")
    if isinstance(total, Mapping):
        tables.append(("", total, TOTALS))
    elif total is not None:
        faults.add("'total' must map quantities to figures", total.mark)
    layers = item.get("layers")
    if isinstance(layers, Mapping):
        for key, rows in layers.entries:
            if isinstance(rows, Mapping):
                tables.append((key.text, rows, ROWS))
            else:
                faults.add(f"'{key.text}' must map quantities to figures", rows.mark)
    elif layers is not None:
        faults.add("'layers' must map layers to their figures", layers.mark)
    return tables


def _word(tree: Tree | None) -> str:
    return tree.text if isinstance(tree, Scalar) and tree.value is not None else ""


def _read_figure(
    key: Scalar, layer: str, value: Tree, common: dict[str, Any], faults: Faults
) -> Claim | None:
    """Read one figure: bare, or with its own convention, verdict and reason."""
    own: dict[str, Any] = dict(common)
    mark = value.mark
    if isinstance(value, Mapping):
        known = ("printed", "convention", "verdict", "reason")
        for k, _ in value.entries:
            if k.text not in known:
                faults.add(
                    f"unknown key '{k.text}' of a figure; known: {', '.join(known)}"
                    f"{nearest(k.text, known)}",
                    k.mark,
                )
        for word in known[1:]:
            if given := _word(value.get(word)):
                own[word] = given
        printed = value.get("printed")
        if printed is None:
            faults.add("a figure needs 'printed': the number as it was printed", mark)
            return None
        value = printed
    if own["verdict"] not in VERDICTS:
        faults.add(f"verdict must be one of {', '.join(VERDICTS)}, not '{own['verdict']}'", mark)
        return None
    if own["verdict"] == "wrong" and not own["reason"]:
        faults.add("a figure with 'verdict: wrong' needs its 'reason'", mark)
    if own["convention"] and CONVENTIONS.get(own["convention"]) is None:
        names = CONVENTIONS.names()
        faults.add(
            f"unknown convention '{own['convention']}'; known: {', '.join(names)}"
            f"{nearest(own['convention'], names)}",
            mark,
        )
        return None
    quantity = key.text
    if quantity in {"output", "receptive_field", "effective_stride", "effective_padding"}:
        extents = parse_extents(value)
        if extents is None:
            faults.add(
                f"{quantity} must be written as 28x28x6 or as one number, not {say(plain(value))}",
                value.mark,
            )
            return None
        printed_text = value.text if isinstance(value, Scalar) else str(plain(value))
        return Claim(quantity, layer, printed_text, None, extents, mark=mark, **own)
    if not isinstance(value, Scalar):
        faults.add(f"{quantity} must be a number, not {say(plain(value))}", value.mark)
        return None
    try:
        figure = Figure.parse(value.text)
    except ValueError as error:
        faults.add(f"{quantity} cannot be read: {error}", value.mark)
        return None
    return Claim(quantity, layer, value.text, figure, (), mark=mark, **own)
