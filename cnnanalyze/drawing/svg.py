"""SVG: an architecture as a person draws it, as one self-contained text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.garbage import without_collection
from cnnanalyze.core.registry import nearest
from cnnanalyze.drawing.colour_scale import ColourScale, colour_quantities
from cnnanalyze.drawing.detail_plan import Detail, DetailPlan
from cnnanalyze.drawing.diagram_builder import DiagramBuilder
from cnnanalyze.drawing.page_layout import DrawingPage, place_below, place_diagrams
from cnnanalyze.drawing.part_tree import PartTree
from cnnanalyze.drawing.style import SIGNS
from cnnanalyze.drawing.svg_writer import SvgWriter
from cnnanalyze.drawing.thumbnail import thumbnail
from cnnanalyze.drawing.volume_layout import VolumeLayout
from cnnanalyze.errors import UsageError

__all__ = ["DIRECTIONS", "STYLES", "THEMES", "draw", "thumbnail"]

DIRECTIONS = ("down", "right")
STYLES = ("blocks", "volumes", "maps")
THEMES = ("auto", "light", "dark")


@without_collection()
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
    direction: str = "",
    style: str = "blocks",
) -> str:
    """Return the drawing of a network as SVG.

    Parameters
    ----------
    analysis
        The analysis of the network.
    colour
        ``kind``: boxes have the colour of their kind; or a quantity of layers, such as ``macs``
        or ``field``: the larger, the stronger the colour, with the number and a bar in the box.
    marks
        For comparisons: paths of layers or groups that are ``added``, ``removed`` or ``changed``.
    expanded
        Paths of blocks to be drawn in place, with everything inside; true for all.
    interactive
        Whether to add the numbers of each block, for the script of a page that shows them in the
        detail of its form (see :class:`~cnnanalyze.drawing.detail_data.DetailData`).
    link
        Returns the link of a layer or a block, by its path.
    prefix
        The prefix of ids, if several drawings share a page.
    theme
        ``auto`` follows the reader's preference; ``light`` and ``dark`` are fixed.
    direction
        Whether the network runs ``down`` or to the ``right``; a U stands in both. By default blocks
        run down, and outputs to the right.
    style
        ``blocks``: what the layers do; ``volumes``: their outputs as bodies of their size, in
        perspective; ``maps``: the same as stacks of maps, flat.

    Raises
    ------
    UsageError
        If there is no such colour, theme, direction, style, mark or path.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> picture = draw(cnn.analyze("zoo:resnet50").analysis)
    >>> picture.startswith("<svg "), picture.count("residual2  ×3<")
    (True, 1)
    """
    _check("colour", colour, ("kind", *colour_quantities()))
    _check("theme", theme, THEMES)
    direction = direction or ("down" if style == "blocks" else "right")
    _check("style", style, STYLES)
    _check("direction", direction, DIRECTIONS)
    layer_marks = _marks_by_layer(analysis, marks or {})
    scale = ColourScale(analysis, colour)
    shown = scale if scale.is_on else None
    if style != "blocks":
        page, titles = lay_out_bodies(analysis, expanded, shown, direction, is_flat=style == "maps")
        details: Sequence[Detail] = ()
    else:
        page, composer = lay_out_page(analysis, layer_marks, expanded, shown, direction)
        titles = [t.text.title for t in composer.seen if t.kind in {"layer", "block"}]
        details = composer.plan.details
    scale.fit(element for p in (page.overview, *page.details) for element in p.diagram.elements)
    writer = SvgWriter(analysis, scale, layer_marks, link, prefix, theme, interactive=interactive)
    return writer.draw(page, titles, details)


def lay_out_bodies(
    analysis: Analysis,
    expanded: bool | Collection[str],
    scale: ColourScale | None,
    direction: str,
    *,
    is_flat: bool,
) -> tuple[DrawingPage, list[str]]:
    """Return the page with the outputs of a network, and what makes them."""
    opened = _opened(analysis, expanded)
    tree = PartTree(analysis.network, {}, opened)
    layout = VolumeLayout(
        analysis.network, tree, opened, is_flat=is_flat, is_level=direction == "right"
    )
    least = max(SvgWriter.title_width(analysis), scale.legend_width if scale else 0.0)
    page = place_diagrams(layout.diagram(), [], least)
    return page, [s.words[0] for s in layout.stations if s.part is not None]


def lay_out_page(
    analysis: Analysis,
    marks: Mapping[str, str],
    expanded: bool | Collection[str] = (),
    scale: ColourScale | None = None,
    direction: str = "down",
) -> tuple[DrawingPage, DiagramBuilder]:
    """Return the page and its builder; ``marks`` are those of layers."""
    opened = _opened(analysis, expanded)
    tree = PartTree(analysis.network, marks, opened)
    root = tree.build()
    plan = DetailPlan(root, tree, opened)
    is_level = direction == "right"
    value = scale.text if scale else None
    composer = DiagramBuilder(analysis.network, tree, plan, value, is_level=is_level)
    overview = composer.network_diagram(root)
    least = max(SvgWriter.title_width(analysis), scale.legend_width if scale else 0.0)
    place = place_below if is_level else place_diagrams
    return place(overview, composer.detail_diagrams(), least), composer


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


def _marks_by_layer(analysis: Analysis, marks: Mapping[str, str]) -> dict[str, str]:
    """Return the marks by layer; the mark of a block holds for all its layers."""
    found: dict[str, str] = {}
    for path in sorted(marks, key=lambda p: p.count("/")):
        _check("mark", marks[path], SIGNS)
        nodes = analysis.network.group(path)
        if not nodes:
            raise _unknown(analysis, path)
        found.update((str(n.id), marks[path]) for n in nodes)
    return found
