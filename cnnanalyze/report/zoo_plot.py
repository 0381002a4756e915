"""The zoo as a picture: MACs against parameters, with a reader's own networks among the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.cost_scatter import scatter
from cnnanalyze.report.document import Block, Deferred, Document, Figure, Items, prose
from cnnanalyze.report.placement import FEWEST_PARAMETERS, PlacedNetwork, place, standing
from cnnanalyze.report.zoo import ZooEntry, as_data, tabulate


def document(found: tuple[ZooEntry, ...], own: Sequence[Analysis] = ()) -> Document:
    """Return networks of the zoo as a picture, and where a reader's own stand among them.

    Parameters
    ----------
    found
        Those of the zoo.
    own
        The reader's own.
    """
    networks = placed(found, own)

    def blocks() -> list[Block]:
        shown = sum(n.is_shown for n in networks)
        words = f"MACs against parameters of {count_of(shown, 'network')}, on logarithmic axes"
        made: list[Block] = [
            Figure(lambda: svg(networks), words, lambda width: scatter(networks, width))
        ]
        if own:
            made.append(Items(tuple(prose(text) for text in _stands(networks))))
        if lacking := len(networks) - shown:
            said = f"{count_of(lacking, 'network')} of fewer than {FEWEST_PARAMETERS:,} parameters"
            made.append(Items((f"not shown: {said}, which would leave no room for the others",)))
        return made

    def data() -> dict[str, Any]:
        return {**as_data(found), "placed": [_told(n, networks) for n in networks if n.is_own]}

    def page() -> str:
        from cnnanalyze.report.page.zoo import page as whole  # noqa: PLC0415 - heavy

        return whole(networks)

    entries = (*found, *(ZooEntry(a.network.name, a) for a in own))
    return Document(
        "The zoo as a picture",
        Deferred(blocks),
        data,
        table=lambda: tabulate(entries),
        page=page,
    )


def placed(found: Sequence[ZooEntry], own: Sequence[Analysis] = ()) -> list[PlacedNetwork]:
    """Return all networks with the numbers by which they have their places."""
    return [
        *(place(e.name, e.analysis) for e in found),
        *(place(f"own {i}", a, is_own=True) for i, a in enumerate(own)),
    ]


def svg(networks: Sequence[PlacedNetwork]) -> str:
    """Return the picture as an SVG file."""
    from cnnanalyze.report.page.cost_plot import standalone  # noqa: PLC0415 - heavy

    return standalone(networks)


def _stands(networks: Sequence[PlacedNetwork]) -> list[str]:
    """Return where each of a reader's own networks stands, in words."""
    found = []
    for network in networks:
        if network.is_own:
            stand = standing(network, networks)
            found.append(f"{network.title}: {stand.text}" if stand else network.told)
    return found


def _told(network: PlacedNetwork, networks: Sequence[PlacedNetwork]) -> dict[str, Any]:
    stand = standing(network, networks)
    return {
        "name": network.title,
        "parameters": network.parameters,
        "macs": network.macs,
        "activations": network.activations,
        "ranks": [
            {"quantity": key, "less": rank.below, "equal": rank.equal, "others": rank.others}
            for key, rank in stand.ranks.items()
        ]
        if stand
        else [],
        "nearest": [n.name for n in stand.neighbours] if stand else [],
    }
