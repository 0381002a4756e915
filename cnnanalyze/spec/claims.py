"""Claims: figures that somebody printed for a network, kept in the spec beside it (``expect:``)."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnnanalyze.core.conventions import CONVENTIONS
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Mark
from cnnanalyze.spec.faults import Faults, said
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
"""What can be claimed of a whole network; ``operations`` under the claim's convention."""

PAIRS = ("output", "receptive_field", "effective_stride", "effective_padding")
"""What is printed as a shape, or as one number per axis."""

ROWS = (*TOTALS, *PAIRS)
"""What can be claimed of a layer or of a block."""

VERDICTS = ("holds", "wrong")


class Claim(NamedTuple):
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


class _Terms(NamedTuple):
    """What holds for a figure besides the number: by whom, how counted, whether it is right."""

    source: str
    convention: str = ""
    verdict: str = "holds"
    reason: str = ""
    settings: tuple[tuple[str, Any], ...] = ()


def read_claims(tree: Tree, faults: Faults) -> tuple[Claim, ...]:
    """Read the ``expect:`` section: a list of sources, each with the figures it prints."""
    if not isinstance(tree, Sequence):
        faults.add(
            f"'expect' must be a list of sources with their figures, not {said(tree)}",
            tree.mark,
            help="expect: [{source: table 3, total: {parameters: 138M}}]",
        )
        return ()
    return tuple(claim for item in tree.items for claim in _read_source(item, faults))


_SOURCE_KEYS = ("source", "total", "layers", "convention", "set", "verdict", "reason")
_FIGURE_KEYS = ("printed", "convention", "verdict", "reason")


def _read_source(item: Tree, faults: Faults) -> list[Claim]:
    if not isinstance(item, Mapping):
        faults.add(
            f"a claim must be a mapping with 'source' and figures, not {said(item)}",
            item.mark,
            help="- {source: table 3, total: {parameters: 138M}}",
        )
        return []
    _refuse_unknown(item, _SOURCE_KEYS, "a claim", faults)
    source = _word(item.get("source"))
    if not source:
        faults.add("a claim needs its 'source'", item.mark, help="say who printed it, and where")
        return []
    settings: tuple[tuple[str, Any], ...] = ()
    if (section := item.get("set")) is not None:
        if isinstance(section, Mapping):
            settings = tuple((k.text, plain(v)) for k, v in section.entries)
        else:
            faults.add(f"'set' must map parameters to values, not {said(section)}", section.mark)
    terms = _read_terms(item, _Terms(source, settings=settings), faults)
    claims: list[Claim] = []
    for name, rows, quantities in _tables(item, faults):
        for key, value in rows.entries:
            if key.text not in quantities:
                faults.add(
                    f"'{key.text}' is not a quantity that can be claimed "
                    f"{'of a layer' if name else 'of a network'}; "
                    f"known: {', '.join(quantities)}{nearest(key.text, quantities)}",
                    key.mark,
                )
            elif (claim := _read_figure(key.text, name, value, terms, faults)) is not None:
                claims.append(claim)
    if item.get("total") is None and item.get("layers") is None:
        faults.add("a claim needs figures", item.mark, help="give them under 'total' or 'layers'")
    return claims


def _refuse_unknown(tree: Mapping, known: tuple[str, ...], what: str, faults: Faults) -> None:
    for key, _ in tree.entries:
        if key.text not in known:
            faults.add(
                f"{what} has no '{key.text}'; it takes {', '.join(known)}"
                f"{nearest(key.text, known)}",
                key.mark,
            )


def _tables(item: Mapping, faults: Faults) -> list[tuple[str, Mapping, tuple[str, ...]]]:
    """Return (layer, figures, allowed quantities) for the total and for each layer."""
    tables: list[tuple[str, Mapping, tuple[str, ...]]] = []
    total = item.get("total")
    if isinstance(total, Mapping):
        tables.append(("", total, TOTALS))
    elif total is not None:
        faults.add(f"'total' must map quantities to figures, not {said(total)}", total.mark)
    layers = item.get("layers")
    if isinstance(layers, Mapping):
        for key, rows in layers.entries:
            if isinstance(rows, Mapping):
                tables.append((key.text, rows, ROWS))
            else:
                faults.add(
                    f"'{key.text}' must map quantities to figures, not {said(rows)}",
                    rows.mark,
                    help=f"{key.text}: {{output: 28x28x6, parameters: 456}}",
                )
    elif layers is not None:
        faults.add(f"'layers' must map layers to their figures, not {said(layers)}", layers.mark)
    return tables


def _word(tree: Tree | None) -> str:
    return tree.text if isinstance(tree, Scalar) and tree.value is not None else ""


def _read_terms(tree: Mapping, terms: _Terms, faults: Faults) -> _Terms:
    """Return the terms that a mapping gives, over those that hold already."""
    for word in ("convention", "verdict", "reason"):
        value = tree.get(word)
        if value is None:
            continue
        text = _word(value)
        allowed = {"convention": CONVENTIONS.names(), "verdict": list(VERDICTS)}.get(word)
        if not text or (allowed is not None and text not in allowed):
            wanted = f"one of {', '.join(allowed)}" if allowed else "a text"
            faults.add(
                f"'{word}' must be {wanted}, not {said(value)}"
                f"{nearest(text, allowed) if allowed else ''}",
                value.mark,
            )
        else:
            changes: dict[str, Any] = {word: text}
            terms = terms._replace(**changes)
    if terms.verdict == "wrong" and not terms.reason:
        verdict = tree.get("verdict")
        faults.add(
            "a figure with 'verdict: wrong' needs its 'reason'",
            verdict.mark if verdict is not None else tree.mark,
            help="say why what was printed is wrong",
        )
    return terms


def _read_figure(
    quantity: str, layer: str, value: Tree, terms: _Terms, faults: Faults
) -> Claim | None:
    """Read one figure: bare, or with its own convention, verdict and reason."""
    mark = value.mark
    if isinstance(value, Mapping):
        _refuse_unknown(value, _FIGURE_KEYS, "a figure", faults)
        terms = _read_terms(value, terms, faults)
        printed = value.get("printed")
        if printed is None:
            faults.add("a figure needs 'printed': the number as it was printed", mark)
            return None
        value = printed
    figure: Figure | None = None
    extents: tuple[int, ...] = ()
    if quantity in PAIRS:
        found = parse_extents(value)
        if found is None:
            faults.add(
                f"{quantity} must be written as 28x28x6 or as one number, not {said(value)}",
                value.mark,
            )
            return None
        extents = found
    elif isinstance(value, Scalar):
        try:
            figure = Figure.parse(value.text)
        except ValueError as error:
            faults.add(f"{quantity} cannot be read: {error}", value.mark)
            return None
    else:
        faults.add(f"{quantity} must be a number, not {said(value)}", value.mark)
        return None
    return Claim(
        quantity,
        layer,
        _word(value),
        figure,
        extents,
        terms.source,
        mark,
        terms.convention,
        terms.verdict,
        terms.reason,
        terms.settings,
    )
