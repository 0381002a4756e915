"""The page of the zoo: its networks as a picture, with a reader's own in it, and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnanalyze.report.page import cost_plot
from cnnanalyze.report.page.cost_plot import Link
from cnnanalyze.report.page.frame import SCRIPT, render
from cnnanalyze.report.placement import FEWEST_PARAMETERS, PlacedNetwork, standing


def page(networks: Sequence[PlacedNetwork], link: Link | None = None) -> str:
    """Return the page of some networks.

    Parameters
    ----------
    networks
        The networks, a reader's own among them.
    link
        Where the dot and the row of a network lead to.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.report.placement import place
    >>> net = place("vgg16", cnn.analyze("zoo:vgg16").analysis)
    >>> "VGG-16, 2014: 138.4 M parameters" in page([net])
    True
    """
    dots = cost_plot.dots_of(networks)
    order = {dot.network: i for i, dot in enumerate(dots)}
    chosen = cost_plot.colours(networks)
    years = sorted(n.year for n in networks if n.year)
    return render(
        "zoo.html.j2",
        scripts=(SCRIPT, "zoo.js"),
        title="The zoo",
        plot=cost_plot.plot(networks, link) if dots else "",
        shown=len(dots),
        networks=[_row(n, order.get(n), link) for n in networks],
        legend=[*chosen.items()],
        rest=cost_plot.REST if any(d.colour == f"f-{cost_plot.REST}" for d in dots) else "",
        families=sorted({n.family for n in networks if n.family}),
        years=(years[0], years[-1]) if years else None,
        own=[s for n in networks if n.is_own and (s := standing(n, networks))],
        has_own=any(n.is_own for n in networks),
        fewest=FEWEST_PARAMETERS,
        left_out=[n for n in networks if not n.is_shown],
    )


def _row(network: PlacedNetwork, order: int | None, link: Link | None) -> dict[str, Any]:
    return {
        **network._asdict(),
        "dot": "" if order is None else order,
        "href": link(network) if link else "",
        "search": f"{network.title} {network.name} {network.family} {network.year or ''}".lower(),
    }
