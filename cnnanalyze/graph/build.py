"""Building: from a source of text to a network, or to all the faults that stand in its way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Source
from cnnanalyze.graph.network import Network
from cnnanalyze.spec.claims import Claim, read_claims
from cnnanalyze.spec.document import read_document
from cnnanalyze.spec.expand import Expansion, expand
from cnnanalyze.spec.faults import Faults
from cnnanalyze.spec.reader import open_source


def load(path: str | Path, settings: Mapping[str, Any] | None = None) -> Network:
    """Read a spec file into a network.

    Parameters
    ----------
    path
        The file.
    settings
        Values for the spec's parameters, instead of their defaults.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place.
    """
    return build(open_source(Path(path)), settings, folder=Path(path).parent)


def build(
    source: Source, settings: Mapping[str, Any] | None = None, folder: Path | None = None
) -> Network:
    """Read a spec text into a network; ``folder`` is where ``extends`` looks for files."""
    faults = Faults()
    given = dict(settings or {})
    document = read_document(source, faults, folder)
    expansion = None if document is None else expand(document, given, faults)
    claims: tuple[Claim, ...] = ()
    if document is not None and (tree := document.tree.get("expect")) is not None:
        claims = read_claims(tree, faults)
        if expansion is not None and not faults:
            _check_claims(claims, given, expansion, faults)
    faults.raise_if_any()
    assert document is not None
    assert expansion is not None
    return Network(
        document.name,
        expansion.input.shape,
        expansion.nodes,
        expansion.outputs,
        document,
        claims,
        tuple(given.items()),
        tuple(expansion.parameters.items()),
        expansion.input.values,
    )


def vary(network: Network, settings: Mapping[str, Any]) -> Network:
    """Return the network that its spec describes with other values for its parameters."""
    return build(network.document.source, settings, network.document.folder)


def _check_claims(
    claims: tuple[Claim, ...], given: dict[str, Any], expansion: Expansion, faults: Faults
) -> None:
    """Note claims about layers and parameters that the network does not have."""
    paths = {"": None}
    for node in expansion.nodes:
        parts = node.id.split("/")
        paths.update(dict.fromkeys("/".join(parts[:n]) for n in range(1, len(parts) + 1)))
    for claim in claims:
        if claim.layer not in paths and dict(claim.settings) == given:
            faults.add(
                f"a claim speaks of '{claim.layer}', which the network does not have"
                f"{nearest(claim.layer, list(paths))}",
                claim.mark,
            )
        for name, _ in claim.settings:
            if name not in expansion.parameters:
                faults.add(f"a claim sets '{name}', which is no parameter of this spec", claim.mark)
