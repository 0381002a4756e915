"""Building: from a source of text to a network, or to all the faults that stand in its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.garbage import without_collection
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.spelling import Spelling, offered
from cnnanalyze.core.tree import Tree
from cnnanalyze.errors import Fault, Source, SpecError, UsageError
from cnnanalyze.graph.network import Input, Network
from cnnanalyze.language.claims import Claim
from cnnanalyze.language.document import Document, read_document
from cnnanalyze.language.expand import Expansion, expand
from cnnanalyze.language.spec import Spec, key_of, spec_of
from cnnanalyze.language.symbols import assumptions, symbols_of
from cnnanalyze.language.yaml import open_source

SHAPES = ("SH", "DP")
"""How the codes begin of what is wrong for some sizes and right for others."""


def load(
    path: str | Path, settings: Mapping[str, Any] | None = None, *, open_sizes: bool = False
) -> Spec:
    """Read a spec file into a network.

    Parameters
    ----------
    path
        The file.
    settings
        Values for the spec's parameters, instead of their defaults.
    open_sizes
        Whether sizes of the input may be left open; they are then assumed.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place.
    """
    path = Path(path)
    return build(open_source(path), settings, folder=path.parent, open_sizes=open_sizes)


def build(
    source: Source,
    settings: Mapping[str, Any] | None = None,
    folder: Path | None = None,
    *,
    open_sizes: bool = False,
) -> Spec:
    """Read a spec text into a network; ``folder`` is where ``extends`` looks for files."""
    faults = Faults()
    _, network = _try(source, dict(settings or {}), folder, faults)
    faults.raise_if_any()
    assert network is not None
    if not open_sizes:
        refuse_open_sizes(network)
    return network


def refuse_open_sizes(network: Network) -> None:
    """Refuse a network whose input leaves sizes open, where an answer needs them.

    Raises
    ------
    SpecError
        At the input, with sizes that would do.
    """
    if not network.assumed:
        return
    document = spec_of(network).document
    tree = None if document is None else document.going_in
    names = list(network.assumed)
    settings = " ".join(f"--set {name}={size}" for name, size in network.assumed.items())
    are_several = len(names) > 1
    fault = Fault(
        f"the input leaves {_listed(names)} open, and what is asked needs "
        f"{'their sizes' if are_several else 'its size'}",
        tree.mark if tree is not None else None,
        f"give {'them' if are_several else 'it'} with '{settings}'; 'cnnanalyze summary' answers "
        "for all sizes",
        code="SP016",
    )
    raise SpecError(fault)


def _read_claims(tree: Tree, faults: Faults) -> tuple[Claim, ...]:
    from cnnanalyze.language.written_claims import read_claims  # noqa: PLC0415 - if there are any

    return read_claims(tree, faults)


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


class Attempt(NamedTuple):
    """How far the reading of a spec came."""

    document: Document | None
    network: Spec | None
    """Nothing if there is any fault."""
    faults: tuple[Fault, ...]


def attempt(
    source: Source, settings: Mapping[str, Any] | None = None, folder: Path | None = None
) -> Attempt:
    """Read a spec text as far as it goes: what is wrong comes back and is not raised."""
    faults = Faults()
    document, network = _try(source, dict(settings or {}), folder, faults)
    return Attempt(document, network, faults.sorted())


def _try(
    source: Source, given: dict[str, Any], folder: Path | None, faults: Faults
) -> tuple[Document | None, Spec | None]:
    """Read a spec and note what is wrong.

    Where a key is written twice nobody knows which of its values was meant. The spec is then read
    with the first values and with the last ones, and only what is wrong in both readings is told.
    Where a text breaks off, only what no later line can mend is told.
    """
    written = Faults()
    with without_collection():
        document, network = _build(source, given, folder, faults, written)
        if written.has("SP002"):
            other = Faults()
            _build(source, given, folder, other, Faults(), keep_last=True)
            faults.keep(other)
        if document is not None and not document.tree.is_whole:
            from cnnanalyze.language.truncation import UNCERTAIN  # noqa: PLC0415 - as most are

            faults.forget(UNCERTAIN)
    if not written:
        return document, network
    for fault in written.sorted():
        faults.note(fault)
    return document, None


def _build(
    source: Source,
    given: dict[str, Any],
    folder: Path | None,
    faults: Faults,
    written: Faults,
    *,
    keep_last: bool = False,
) -> tuple[Document | None, Spec | None]:
    document: Document | None = None
    network: Spec | None = None
    with faults.caught():
        document = read_document(source, faults, folder, written=written, keep_last=keep_last)
        if document is not None:
            network = _lay_out(document, given, faults)
    return document, network


def _lay_out(
    document: Document,
    given: dict[str, Any],
    faults: Faults,
    known: Spec | None = None,
) -> Spec | None:
    """Lay out a document that is read; its claims, too, unless a network of it is known already.

    Sizes of the input that are left open are assumed: those with which the network can be built.
    """
    open_sizes = [name for name in symbols_of(document.going_in) if name not in given]
    if not open_sizes:
        return _lay_out_sized(document, given, {}, faults, known)
    first: Faults | None = None
    for sizes in assumptions(open_sizes):
        tried = Faults()
        network = _lay_out_sized(document, given, sizes, tried, known)
        if not tried:
            return network
        first = first or tried
        if not tried.are_all(*SHAPES):
            break
    assert first is not None
    for fault in first.sorted():
        faults.note(fault)
    return None


def _lay_out_sized(
    document: Document,
    given: dict[str, Any],
    sizes: dict[str, int],
    faults: Faults,
    known: Spec | None,
) -> Spec | None:
    expansion = expand(document, {**given, **sizes}, faults)
    if known is None:
        tree = document.written.expect
        about = claims = () if tree is None else _read_claims(tree, faults.under("SP017"))
    else:
        claims, about = known.claims, known.claims_about.get(key_of(tuple(given.items())), ())
    if expansion is not None and not faults:
        _check_claims(about, given, expansion, faults.under("SP017"))
    if faults or expansion is None:
        return None
    return Spec(
        document.name,
        {name: _open(one, sizes) for name, one in expansion.inputs.items()},
        expansion.nodes,
        expansion.outputs,
        document,
        claims,
        tuple(given.items()),
        tuple(expansion.parameters.items()),
    )


def _open(given: Input, sizes: dict[str, int]) -> Input:
    """Return an input with the symbol of each extent that has no size of its own."""
    names = tuple(name if name in sizes else "" for name in given.names)
    return replace(given, names=names if any(names) else ())


def vary(network: Network, settings: Mapping[str, Any]) -> Spec:
    """Return the network that its spec describes with other values for its parameters.

    Raises
    ------
    UsageError
        If the network was made without a spec.
    SpecError
        With every fault that the values make.
    """
    spec = spec_of(network)
    if spec.document is None:
        raise UsageError(
            f"{network.name} was made without a spec, so it has no parameters to set",
            help="make it anew with the other values",
        )
    faults = Faults()
    with without_collection():
        varied = _lay_out(spec.document, dict(settings), faults, spec)
    faults.raise_if_any()
    assert varied is not None
    return varied


def _check_claims(
    claims: tuple[Claim, ...], given: dict[str, Any], expansion: Expansion, faults: Faults
) -> None:
    """Note claims about layers and parameters that the network does not have."""
    paths = {""}
    if any(claim.layer for claim in claims):
        for node in expansion.nodes:
            parts = node.id.split("/")
            paths.update("/".join(parts[: n + 1]) for n in range(len(parts)))
    layers, parameters = Spelling(sorted(paths)), Spelling(expansion.parameters)
    for claim in claims:
        if claim.layer not in paths and dict(claim.settings) == given:
            faults.add(
                f"a claim names '{claim.layer}', which this network does not have"
                f"{layers.hint(claim.layer)}",
                claim.mark,
            )
        if claim.input and claim.input not in expansion.inputs:
            faults.add(
                f"a claim names the input '{claim.input}', which this network does not have"
                f"{nearest(claim.input, list(expansion.inputs))}",
                claim.mark,
                help=f"it has {', '.join(expansion.inputs)}",
            )
        for name, _ in claim.settings:
            if name not in expansion.parameters:
                has = offered("it has", parameters.words, "parameters")
                faults.add(
                    f"a claim sets '{name}', which is not a parameter of this spec; {has}"
                    f"{parameters.hint(name)}",
                    claim.mark,
                )
