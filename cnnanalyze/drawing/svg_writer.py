"""Ink: figures written as the elements of an SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.drawing.colour_scale import Heat
from cnnanalyze.drawing.detail_data import Live
from cnnanalyze.drawing.diagram import Frame, Label, Line, Tile
from cnnanalyze.drawing.edge_paths import cornered, smooth, tip
from cnnanalyze.drawing.families import FAMILIES
from cnnanalyze.drawing.labels import CardText, repeated
from cnnanalyze.drawing.page_layout import LEGEND_ROOM, MARGIN, DrawingPage, PlacedFigure
from cnnanalyze.drawing.style import SIGNS, STEPS, style_sheet
from cnnanalyze.drawing.text_metrics import escape, magnitude, number, shorten, text_width

if TYPE_CHECKING:
    from cnnanalyze.drawing.diagram_builder import Composer

BOLD = 1.07


class Ink:
    """Writes one page."""

    def __init__(
        self,
        analysis: Analysis,
        heat: Heat,
        marks: Mapping[str, str],
        link: Callable[[str], str | None] | None,
        prefix: str,
        theme: str,
        *,
        interactive: bool,
    ) -> None:
        self.analysis = analysis
        self.heat = heat
        self.marks = marks
        self.link = link
        self.prefix = escape(prefix)
        self.theme = theme
        self.live = Live(analysis) if interactive else None
        self.out: list[str] = []

    @staticmethod
    def sentence(analysis: Analysis) -> str:
        """Return the line below the title."""
        total = analysis.total
        return (
            f"{magnitude(total.parameters)} parameters · {magnitude(total.operations('mac'))} MACs"
            f" · {len(analysis):,} layer{'s' if len(analysis) > 1 else ''}"
        )

    @staticmethod
    def title_width(analysis: Analysis) -> float:
        """Return the room that the title needs."""
        name = text_width(shorten(analysis.network.name, 48), 18) * BOLD
        return max(name, text_width(Ink.sentence(analysis), 12))

    def draw(self, page: DrawingPage, composer: Composer) -> str:
        """Return the whole SVG."""
        network = self.analysis.network
        name = shorten(network.name, 200)
        title, about = f"{self.prefix}title", f"{self.prefix}about"
        theme = f' data-theme="{self.theme}"' if self.theme != "auto" else ""
        role = "group" if self.link else "img"  # what is within a picture cannot be reached by keys
        w, h = number(page.width), number(page.height)
        left, low = number(MARGIN), number(MARGIN + 14)
        self.out = [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" class="cnn"{theme} role="{role}" '
                f'aria-labelledby="{title} {about}" viewBox="0 0 {w} {h}" width="{w}" height="{h}">'
            ),
            f'<title id="{title}">{escape(name)}</title>',
            f'<desc id="{about}">{escape(self.description(composer))}</desc>',
            f"<style>{style_sheet(self.theme, marked=bool(self.marks))}</style>",
            f'<rect class="paper" width="{w}" height="{h}"/>',
            f'<text class="head" x="{left}" y="{low}">{escape(shorten(network.name, 48))}</text>',
            (
                f'<text x="{left}" y="{number(MARGIN + 34)}">'
                f"{escape(self.sentence(self.analysis))}</text>"
            ),
        ]
        self._group("spine", page.spine)
        self.out.append('<g class="cards">')
        for card, placed in zip(composer.plan.cards, page.cards, strict=True):
            self._group("inside", placed, card.letter)
        self.out.append("</g>")
        if self.live is not None:
            data = escape(self.live.text(composer.plan.cards)).replace("&quot;", '"')
            self.out.append(f"<metadata>{data}</metadata>")
        self._legend(page)
        self.out.append("</svg>\n")
        return "\n".join(self.out)

    def description(self, composer: Composer) -> str:
        """Return what can be seen, in words."""
        network = self.analysis.network
        stations = [t.words.title for t in composer.seen if t.kind in {"layer", "block"}]
        shown = stations if len(stations) <= 40 else [*stations[:40], "…"]  # noqa: PLR2004 - enough
        shapes = " and ".join(str(one.shape) for one in network.inputs.values())
        inputs = "the input" if len(network.inputs) == 1 else f"{len(network.inputs)} inputs"
        said = f"From {inputs}, {shapes}, to {len(network.outputs)} output"
        said += "s" if len(network.outputs) > 1 else ""
        return f"{said}: {', then '.join(shown)}. {self.sentence(self.analysis)}."

    def _group(self, name: str, placed: PlacedFigure, letter: str = "") -> None:
        data = ""
        if self.live is not None:
            self.live.begin()
            data = f' id="{self.prefix}card-{letter}" data-card="{letter}"' if letter else ""
        self.out.append(f'<g class="{name}"{data}>')
        self._things(placed)
        self.out.append("</g>")

    def _slot(self, text: str, uses: tuple[str, ...]) -> str:
        """Return the class of a text that a script exchanges; it has more texts than one."""
        return " slot" if self.live is not None and self.live.slot(CardText(text, uses)) else ""

    def _things(self, placed: PlacedFigure) -> None:
        things = [t._replace(x=t.x + placed.x, y=t.y + placed.y) for t in placed.figure.things]
        for frame in (t for t in things if isinstance(t, Frame)):
            self._frame(frame)
        self._lines([t for t in things if isinstance(t, Line)])
        for label in (t for t in things if isinstance(t, Label)):
            self._label(label)
        for tile in (t for t in things if isinstance(t, Tile)):
            self._tile(tile)

    def _label(self, label: Label) -> None:
        x, y = number(label.x), number(label.y)
        anchor = "" if label.anchor == "start" else f' text-anchor="{label.anchor}"'
        if label.anchor == "middle":
            width = CardText(label.text, label.uses).width(10)
            self.out.append(
                f'<rect class="paper" x="{number(label.x - width / 2 - 2)}" '
                f'y="{number(label.y - 10)}" width="{number(width + 4)}" height="13" rx="3"/>'
            )
        slot = self._slot(label.text, label.uses)
        self.out.append(
            f'<text class="small{slot}" x="{x}" y="{y}"{anchor}>{escape(label.text)}</text>'
        )

    def _lines(self, lines: list[Line]) -> None:
        """Write all edges of a kind as one path, and all their heads."""
        paths: dict[str, list[str]] = {}
        for line in lines:
            points = [(line.x + x, line.y + y) for x, y in line.points]
            is_smooth = line.kind == "edge"
            path = smooth(points) if is_smooth else cornered(points)
            paths.setdefault(line.kind, []).append(path)
            if line.arrow:
                name = "bustip" if line.kind == "bus" else "tip"
                paths.setdefault(name, []).append(tip(points, is_smooth=is_smooth))
        self.out += [
            f'<path class="{name}" d="{"".join(parts)}"/>' for name, parts in sorted(paths.items())
        ]

    def _frame(self, frame: Frame) -> None:
        x, y = number(frame.x), number(frame.y)
        kind = "card" if frame.letter else "frame"
        self.out.append(f'<g class="{kind}" data-path="{escape(frame.part.path)}">')
        self.out.append(
            f'<rect class="border" x="{x}" y="{y}" width="{number(frame.width)}" '
            f'height="{number(frame.height)}" rx="8"/>'
        )
        left = frame.x + 9
        if frame.letter:
            self._badge(frame.letter, frame.x + 8, frame.y + 8)
            left = frame.x + 14 + _badge_width(frame.letter)
        text = escape(frame.title)
        size = ' style="font-size:12px"' if frame.letter else ""
        low = 21 if frame.letter else 15
        slot = "" if frame.letter else self._slot(frame.title, frame.titles)
        self.out.append(
            f'<text class="small strong{slot}" x="{number(left)}" y="{number(frame.y + low)}"'
            f"{size}>{text}</text>"
        )
        if frame.times > 1:
            times = f"×{frame.times}"
            slot = self._slot(times, tuple(f"×{n}" for n in frame.counts))
            self.out.append(
                f'<text class="strong{slot}" text-anchor="end" '
                f'x="{number(frame.x + frame.width - 8)}" y="{number(frame.y + 16)}">{times}</text>'
            )
        self.out.append("</g>")

    def _badge(self, letter: str, x: float, y: float) -> None:
        width = _badge_width(letter)
        self.out.append(
            f'<rect class="letter" x="{number(x)}" y="{number(y)}" width="{width}" height="18" '
            f'rx="9"/><text class="inverse" text-anchor="middle" x="{number(x + width / 2)}" '
            f'y="{number(y + 13)}">{letter}</text>'
        )

    def _tile(self, tile: Tile) -> None:
        names = ["tile", tile.kind, tile.family]
        mark = self._mark(tile)
        if mark:
            names.append(mark)
        if self.heat.is_on and tile.boxes:
            names.append(f"heat{self.heat.step(tile)}")
        self.out.append(f'<g class="{" ".join(dict.fromkeys(names))}"{self._data(tile)}>')
        href = self.link(tile.part.path) if self.link and tile.part else None
        if href is not None:
            self.out.append(f'<a href="{escape(href)}">')
        if tile.part is not None:
            self.out.append(f"<title>{escape(self._tooltip(tile))}</title>")
        radius = {"join": tile.height / 2, "end": tile.height / 2}.get(tile.kind, 6)
        x, y, w, h = (number(v) for v in (tile.x, tile.y, tile.width, tile.height))
        if tile.part is not None and tile.part.times > 1:  # a stack of sheets
            behind = f'x="{number(tile.x + 3)}" y="{number(tile.y + 3)}"'
            self.out.append(
                f'<rect class="sheet" {behind} width="{w}" height="{h}" rx="{number(radius)}"/>'
            )
        self.out.append(
            f'<rect class="fill" x="{x}" y="{y}" width="{w}" height="{h}" rx="{number(radius)}"/>'
        )
        self._words(tile, mark)
        if href is not None:
            self.out.append("</a>")
        self.out.append("</g>")

    def _data(self, tile: Tile) -> str:
        if tile.part is None:
            return ""
        data = f' data-path="{escape(tile.part.path)}"'
        # What belongs to a box and its marks, a script finds among the numbers of its card.
        if tile.kind != "block" and self.live is None:
            data += f' data-id="{escape(tile.boxes[0].main.id)}"'
        elif tile.kind == "block" and self.live is not None:
            data += f' data-opens="{tile.letter}"'
        if tile.part.times > 1:
            data += f' data-times="{tile.part.times}"'
        if self.live is not None:
            self.live.tile(tile)
        return data

    def _tooltip(self, tile: Tile) -> str:
        part = tile.part
        assert part is not None
        said = shorten(part.path, 200)
        if part.times > 1:
            said += f" … {shorten(part.paths[-1], 200)}"
        if tile.kind != "block":
            said += f": {tile.words.title}"
        return said

    def _mark(self, tile: Tile) -> str:
        found = (
            {self.marks.get(n.id, "") for b in tile.boxes for n in b.nodes} if self.marks else set()
        )
        found.discard("")
        if not found:
            return ""
        everything = all(self.marks.get(n.id) for b in tile.boxes for n in b.nodes)
        return found.pop() if len(found) == 1 and everything else "changed"

    def _words(self, tile: Tile, mark: str) -> None:
        words, middle = tile.words, tile.x + tile.width / 2
        if tile.kind == "block":
            self._badge(tile.letter, tile.x + 8, tile.y + tile.height / 2 - 9)
            middle += 11
        if mark:
            self.out.append(
                f'<text class="sign" x="{number(tile.x + tile.width - 12)}" '
                f'y="{number(tile.y + 13)}">{SIGNS[mark]}</text>'
            )
        title = repeated(words.title, tile.part.times if tile.part else 1)
        if tile.kind in {"join", "end"}:
            self._beside(tile, title, middle, tile.y + 16)
            return
        value = self.heat.text(tile) if self.heat.is_on and tile.boxes else ""
        name = ""
        slot = self._slot(title, words.titles)
        if words.name:
            own = self._slot(words.name, words.names)
            name = f'<tspan class="name{own}">{escape(words.name)}</tspan>'
        rows = [
            ("small", self._chips("", words.before)),
            (f"strong{slot}", escape(title)),
            ("small", self._chips(name, words.after)),
            ("small strong", escape(value)),
        ]
        rows = [r for r in rows if r[1]]
        step = 13.0
        y = tile.y + tile.height / 2 - (len(rows) - 1) * step / 2 + 4
        for i, (style, row) in enumerate(rows):
            self.out.append(
                f'<text class="{style}" x="{number(middle)}" '
                f'y="{number(y + i * step)}">{row}</text>'
            )
        if value:
            width = (tile.width - 12) * self.heat.share(tile)
            self.out.append(
                f'<rect class="bar" x="{number(tile.x + 6)}" '
                f'y="{number(tile.y + tile.height - 4)}" width="{number(width)}" height="2.5"/>'
            )

    def _beside(self, tile: Tile, title: str, middle: float, y: float) -> None:
        """Write a word and small ones right of it, together in the middle."""
        chips = self._chips("", tile.words.after)
        small = f' <tspan class="small">{chips}</tspan>' if chips else ""
        slot = self._slot(title, tile.words.titles)
        word = f'<tspan class="slot">{escape(title)}</tspan>' if slot else escape(title)
        self.out.append(
            f'<text class="strong" text-anchor="middle" x="{number(middle)}" y="{number(y)}">'
            f"{word}{small}</text>"
        )

    def _chips(self, name: str, marks: tuple[tuple[str, str], ...]) -> str:
        """Return the small words of a box, each with the id of its layer."""
        said = [
            f'<tspan data-id="{escape(id_)}">{escape(text)}</tspan>'
            if id_ and self.live is None
            else escape(text)
            for id_, text in marks
        ]
        return " · ".join([name, *said] if name else said)

    def _legend(self, page: DrawingPage) -> None:
        x, y = MARGIN, page.height - MARGIN - LEGEND_ROOM / 2 + 8
        self.out.append('<g class="legend">')
        if self.heat.is_on:
            for i in range(STEPS):
                self.out.append(
                    f'<g class="block heat{i}"><rect class="fill" x="{number(x + 14 * i)}" '
                    f'y="{number(y - 10)}" width="14" height="12"/></g>'
                )
            words = f"{self.heat.words}, up to {magnitude(self.heat.most)} in a box{self.heat.note}"
            x += 14 * STEPS + 8
            self.out.append(f'<text class="small" x="{number(x)}" y="{number(y)}">{words}</text>')
        else:
            shown = page.families
            for name, family in FAMILIES.items():
                if name not in shown:
                    continue
                width = 24 + text_width(family.words, 10)
                if x + width > page.width - MARGIN and x > MARGIN:
                    x, y = MARGIN, y + 16
                self.out.append(
                    f'<g class="{name}"><rect class="fill" x="{number(x)}" y="{number(y - 10)}" '
                    f'width="12" height="12" rx="3"/></g><text class="small" '
                    f'x="{number(x + 17)}" y="{number(y)}">{family.words}</text>'
                )
                x += width + 8
        self.out.append("</g>")


def _badge_width(letter: str) -> float:
    return 18.0 if len(letter) == 1 else 26.0
