"""Claims: figures that somebody printed for a network, kept in the spec beside it (``expect:``)."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnnanalyze.core.conventions import convention
from cnnanalyze.core.diagnostics import Faults, refuse_unknown, said
from cnnanalyze.core.quantities import QUANTITIES, stated
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, plain, text_of
from cnnanalyze.errors import Fault, Mark, UsageError
from cnnanalyze.language.printed_number import PrintedNumber
from cnnanalyze.language.shapes import parse_extents
from cnnanalyze.language.synonyms import counted, near_key

OUTPUT = "output"
"""The shape that comes out of a layer."""
SO_FAR = "operations_so_far"
"""The operations of a layer and of all that it depends on."""


def claimed(*, of_layer: bool = False) -> tuple[str, ...]:
    """Return what can be claimed of a whole network, or of a layer or a block.

    Examples
    --------
    >>> claimed(of_layer=True)[len(claimed()) :]
    ('operations_so_far', 'output', 'receptive_field', 'effective_stride', 'effective_padding')
    """
    numbers = [row.key for row in stated() if row.of_axes is None]
    if not of_layer:
        return tuple(numbers)
    axes = [row.key for row in QUANTITIES.values() if row.of_axes is not None and row.is_exact]
    return (*numbers, SO_FAR, OUTPUT, *axes)


def is_extents(quantity: str) -> bool:
    """Whether a figure is printed as a shape, or as one number per axis.

    Examples
    --------
    >>> is_extents("output"), is_extents("receptive_field"), is_extents("macs")
    (True, True, False)
    """
    row = QUANTITIES.get(quantity)
    return quantity == OUTPUT or (row is not None and row.of_axes is not None)


VERDICTS = ("holds", "wrong")


class Claim(NamedTuple):
    """One printed figure."""

    quantity: str
    layer: str
    """A layer's or a block's path; empty for the whole network."""
    printed: str
    figure: PrintedNumber | None
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
    return tuple(claim for item in tree.items for claim in read_source(item, faults))


_SOURCE_KEYS = ("source", "total", "layers", "convention", "set", "verdict", "reason")
_FIGURE_KEYS = ("printed", "convention", "set", "verdict", "reason")


def read_source(
    item: Tree, faults: Faults, more: tuple[str, ...] = (), otherwise: str = ""
) -> list[Claim]:
    """Read what one source prints.

    In a table, ``more`` keys are read by somebody else, and a row that names no source has that of
    the table and may print nothing.
    """
    if not isinstance(item, Mapping):
        faults.add(
            f"a claim must be a mapping with 'source' and figures, not {said(item)}",
            item.mark,
            help="- {source: table 3, total: {parameters: 138M}}",
        )
        return []
    refuse_unknown(item, (*_SOURCE_KEYS, *more), "a claim", faults)
    source = text_of(item.get("source")) or otherwise
    if not source:
        faults.add("a claim needs its 'source'", item.mark, help="say who printed it, and where")
        return []
    terms = _read_terms(item, _Terms(source), faults)
    claims: list[Claim] = []
    for name, table, quantities in _tables(item, faults):
        for key, value in table.entries:
            if key.text not in quantities:
                faults.add(
                    f"'{key.text}' is not a quantity that can be claimed "
                    f"{'of a layer' if name else 'of a network'}; "
                    f"known: {', '.join(quantities)}"
                    f"{near_key(key.text, 'quantities', quantities)}",
                    key.mark,
                    help=counted(key.text, quantities),
                    code="SP003",
                )
            elif (claim := _read_figure(key.text, name, value, terms, faults)) is not None:
                claims.append(claim)
    if item.get("total") is None and item.get("layers") is None and not otherwise:
        faults.add("a claim needs figures", item.mark, help="give them under 'total' or 'layers'")
    return claims


def _tables(item: Mapping, faults: Faults) -> list[tuple[str, Mapping, tuple[str, ...]]]:
    """Return (layer, figures, allowed quantities) for the total and for each layer."""
    tables: list[tuple[str, Mapping, tuple[str, ...]]] = []
    total = item.get("total")
    if isinstance(total, Mapping):
        tables.append(("", total, claimed()))
    elif total is not None:
        faults.add(f"'total' must map quantities to figures, not {said(total)}", total.mark)
    layers = item.get("layers")
    if isinstance(layers, Mapping):
        for key, table in layers.entries:
            if isinstance(table, Mapping):
                tables.append((key.text, table, claimed(of_layer=True)))
            else:
                faults.add(
                    f"'{key.text}' must map quantities to figures, not {said(table)}",
                    table.mark,
                    help=f"{key.text}: {{output: 28x28x6, parameters: 456}}",
                )
    elif layers is not None:
        faults.add(f"'layers' must map layers to their figures, not {said(layers)}", layers.mark)
    return tables


def _read_terms(tree: Mapping, terms: _Terms, faults: Faults) -> _Terms:
    """Return the terms that a mapping gives, over those that hold already."""
    for word in ("convention", "verdict", "reason"):
        value = tree.get(word)
        if value is None:
            continue
        text = text_of(value)
        if (refused := _refuse_term(word, text, value)) is not None:
            faults.add(refused.message, value.mark, help=refused.help)
        else:
            changes: dict[str, Any] = {word: text}
            terms = terms._replace(**changes)
    if (section := tree.get("set")) is not None:
        if isinstance(section, Mapping):
            changed = {k.text: plain(v) for k, v in section.entries}
            terms = terms._replace(settings=tuple({**dict(terms.settings), **changed}.items()))
        else:
            faults.add(f"'set' must map parameters to values, not {said(section)}", section.mark)
    if terms.verdict == "wrong" and not terms.reason:
        verdict = tree.get("verdict")
        faults.add(
            "a figure with 'verdict: wrong' needs its 'reason'",
            verdict.mark if verdict is not None else tree.mark,
            help="say why what was printed is wrong",
        )
    return terms


def _refuse_term(word: str, text: str, value: Tree) -> Fault | None:
    """Return what is wrong with the word that a source gives for its terms, or nothing."""
    if not text:
        return Fault(f"'{word}' must be a text, not {said(value)}")
    if word == "verdict" and text not in VERDICTS:
        return Fault(
            f"'verdict' must be one of {', '.join(VERDICTS)}, not {said(value)}"
            f"{nearest(text, VERDICTS)}"
        )
    if word == "convention":
        try:
            convention(text)
        except UsageError as error:
            return error.faults[0]
    return None


def _read_figure(
    quantity: str, layer: str, value: Tree, terms: _Terms, faults: Faults
) -> Claim | None:
    """Read one figure: bare, or with its own convention, settings, verdict and reason."""
    mark = value.mark
    if isinstance(value, Mapping):
        refuse_unknown(value, _FIGURE_KEYS, "a figure", faults)
        terms = _read_terms(value, terms, faults)
        printed = value.get("printed")
        if printed is None:
            faults.add("a figure needs 'printed': the number as it was printed", mark)
            return None
        value = printed
    figure: PrintedNumber | None = None
    extents: tuple[int, ...] = ()
    if is_extents(quantity):
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
            figure = PrintedNumber.parse(value.text)
        except ValueError as error:
            faults.add(f"{quantity} cannot be read: {error}", value.mark)
            return None
    else:
        faults.add(f"{quantity} must be a number, not {said(value)}", value.mark)
        return None
    return Claim(
        quantity,
        layer,
        text_of(value),
        figure,
        extents,
        terms.source,
        mark,
        terms.convention,
        terms.verdict,
        terms.reason,
        terms.settings,
    )
