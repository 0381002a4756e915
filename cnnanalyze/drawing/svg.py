"""SVG: an architecture as a person draws it, as one text without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.registry import nearest
from cnnanalyze.drawing.colour_scale import Heat, coloured
from cnnanalyze.drawing.detail_plan import Plan
from cnnanalyze.drawing.diagram_builder import Composer
from cnnanalyze.drawing.page_layout import DrawingPage, lay_out
from cnnanalyze.drawing.part_tree import Planter
from cnnanalyze.drawing.style import SIGNS
from cnnanalyze.drawing.svg_writer import Ink
from cnnanalyze.drawing.thumbnail import thumbnail
from cnnanalyze.errors import UsageError

__all__ = ["THEMES", "draw", "thumbnail"]

THEMES = ("auto", "light", "dark")


def draw(
    analysis: Analysis,
    *,
    colour: str = "kind",
    marks: Mapping[str, str] | None = None,
    expanded: bool | Collection[str] = (),
    interactive: bool = False,
    link: Callable[[str], str | None] | None = None,
    prefix: str = "",
    theme: str = "auto",
) -> str:
    """What does the network look like?

    Parameters
    ----------
    analysis
        The network and what the rules say of it.
    colour
        ``kind``: boxes have the colour of their kind; or a quantity of layers, such as ``macs``
        or ``field``: the more, the warmer, with the number and a bar in the box.
    marks
        For comparisons: paths of layers or groups that are ``added``, ``removed`` or ``changed``.
    expanded
        Paths of blocks to be drawn where they are, with all that they hold; true for all.
    interactive
        Whether the numbers of every block come along, for the script of a page that shows them on
        the card of its form (see :class:`~cnnanalyze.drawing.detail_data.Live`).
    link
        Where a layer or a block leads to, by its path.
    prefix
        What the ids begin with, if several drawings share a page.
    theme
        ``auto`` follows the reader's preference; ``light`` and ``dark`` are fixed.

    Raises
    ------
    UsageError
        If there is no such colour, theme, mark or path.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> picture = draw(cnn.analyze("zoo:resnet50").analysis)
    >>> picture.startswith("<svg "), picture.count("residual2  ×3<")
    (True, 1)
    """
    _check("colour", colour, ("kind", *coloured()))
    _check("theme", theme, THEMES)
    said = _spread(analysis, marks or {})
    heat = Heat(analysis, colour)
    page, composer = compose_page(analysis, said, expanded, values=heat.is_on)
    heat.measure(thing for p in (page.spine, *page.cards) for thing in p.figure.things)
    ink = Ink(analysis, heat, said, link, prefix, theme, interactive=interactive)
    return ink.draw(page, composer)


def compose_page(
    analysis: Analysis,
    marks: Mapping[str, str],
    expanded: bool | Collection[str] = (),
    *,
    values: bool = False,
) -> tuple[DrawingPage, Composer]:
    """Return what is where, and who composed it; ``marks`` are those of layers."""
    opened = _opened(analysis, expanded)
    planter = Planter(analysis.network, marks, opened)
    root = planter.plant()
    composer = Composer(analysis.network, planter, Plan(root, planter, opened), values=values)
    spine = composer.whole(root)
    return lay_out(spine, composer.cards_figures(), Ink.title_width(analysis)), composer


def _check(what: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise UsageError(
            f"a drawing has no {what} '{value}'{nearest(value, list(known))}",
            help=f"the {what} is one of {', '.join(known)}",
        )


def _opened(analysis: Analysis, expanded: bool | Collection[str]) -> frozenset[str] | None:
    if isinstance(expanded, bool):
        return None if expanded else frozenset()
    for path in expanded:
        if not analysis.network.group(path):
            raise _unknown(analysis, path)
    return frozenset(expanded)


def _unknown(analysis: Analysis, path: str) -> UsageError:
    names = sorted(
        {p for id_ in analysis.facts for p in (id_, *_parents(id_))},
        key=lambda p: (p.count("/"), p),
    )
    return UsageError(
        f"{analysis.network.name} has no layer or block '{path}'{nearest(path, names)}"
    )


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def _spread(analysis: Analysis, marks: Mapping[str, str]) -> dict[str, str]:
    """Return the marks by layer: what is said of a block is said of all its layers."""
    found: dict[str, str] = {}
    for path in sorted(marks, key=lambda p: p.count("/")):
        _check("mark", marks[path], SIGNS)
        nodes = analysis.network.group(path)
        if not nodes:
            raise _unknown(analysis, path)
        found.update((str(n.id), marks[path]) for n in nodes)
    return found
