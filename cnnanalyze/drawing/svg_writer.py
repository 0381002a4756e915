"""SVG writer: diagrams as SVG elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.spelling import count_of
from cnnanalyze.drawing.colour_scale import SHADE_WIDTH, ColourScale
from cnnanalyze.drawing.detail_data import DetailData
from cnnanalyze.drawing.detail_plan import Detail
from cnnanalyze.drawing.diagram import Caption, DrawnBox, EdgeLabel, EdgeLine, Frame, Volume
from cnnanalyze.drawing.edge_paths import cornered, smooth, tip
from cnnanalyze.drawing.families import FAMILIES
from cnnanalyze.drawing.labels import VaryingText, repeated
from cnnanalyze.drawing.page_layout import LEGEND_ROOM, MARGIN, DrawingPage, PlacedDiagram
from cnnanalyze.drawing.style import SIGN_ROOM, SIGNS, STEPS, style_sheet
from cnnanalyze.drawing.text_metrics import escape, magnitude, number, shorten, text_width

BOLD = 1.07


class SvgWriter:
    """Writes one page as SVG."""

    def __init__(
        self,
        analysis: Analysis,
        scale: ColourScale,
        marks: Mapping[str, str],
        link: Callable[[str], str | None] | None,
        prefix: str,
        theme: str,
        *,
        interactive: bool,
    ) -> None:
        self.analysis = analysis
        self.scale = scale
        self.marks = marks
        self.link = link
        self.prefix = escape(prefix)
        self.theme = theme
        self.detail_data = DetailData(analysis) if interactive else None
        self.out: list[str] = []

    @staticmethod
    def summary_line(analysis: Analysis) -> str:
        """Return the line below the title."""
        total = analysis.total
        return (
            f"{magnitude(total.parameters)} parameters · {magnitude(total.operations('mac'))} MACs"
            f" · {count_of(len(analysis), 'layer')}"
        )

    @staticmethod
    def title_width(analysis: Analysis) -> float:
        """Return the width of the title."""
        name = text_width(shorten(analysis.network.name, 48), 18) * BOLD
        return max(name, text_width(SvgWriter.summary_line(analysis), 12))

    def draw(self, page: DrawingPage, titles: Sequence[str], details: Sequence[Detail] = ()) -> str:
        """Return the whole SVG; the titles are those of the boxes, in their order."""
        network = self.analysis.network
        name = shorten(network.name, 200)
        title, about = f"{self.prefix}title", f"{self.prefix}about"
        theme = f' data-theme="{self.theme}"' if self.theme != "auto" else ""
        role = "group" if self.link else "img"  # the keyboard does not reach inside an image
        w, h = number(page.width), number(page.height)
        left, low = number(MARGIN), number(MARGIN + 14)
        sheet = style_sheet(self.theme, marked=bool(self.marks), volumes=page.has_volumes)
        self.out = [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" class="cnn"{theme} role="{role}" '
                f'aria-labelledby="{title} {about}" viewBox="0 0 {w} {h}" width="{w}" height="{h}">'
            ),
            f'<title id="{title}">{escape(name)}</title>',
            f'<desc id="{about}">{escape(self.description(titles))}</desc>',
            f"<style>{sheet}</style>",
            f'<rect class="paper" width="{w}" height="{h}"/>',
            f'<text class="head" x="{left}" y="{low}">{escape(shorten(network.name, 48))}</text>',
            (
                f'<text x="{left}" y="{number(MARGIN + 34)}">'
                f"{escape(self.summary_line(self.analysis))}</text>"
            ),
        ]
        self._group("spine", page.overview)
        self.out.append('<g class="cards">')
        for detail, placed in zip(details, page.details, strict=True):
            self._group("inside", placed, detail.letter)
        self.out.append("</g>")
        if self.detail_data is not None:
            data = escape(self.detail_data.text(details)).replace("&quot;", '"')
            self.out.append(f"<metadata>{data}</metadata>")
        self._legend(page)
        self.out.append("</svg>\n")
        return "\n".join(self.out)

    def description(self, titles: Sequence[str]) -> str:
        """Return the drawing in words, for readers who cannot see it."""
        network = self.analysis.network
        shown = titles if len(titles) <= 40 else [*titles[:40], "…"]  # noqa: PLR2004 - enough
        shapes = " and ".join(str(one.shape) for one in network.inputs.values())
        inputs = "the input" if len(network.inputs) == 1 else f"{len(network.inputs)} inputs"
        written = f"From {inputs}, {shapes}, to {count_of(len(network.outputs), 'output')}"
        return f"{written}: {', then '.join(shown)}. {self.summary_line(self.analysis)}."

    def _group(self, name: str, placed: PlacedDiagram, letter: str = "") -> None:
        data = ""
        if self.detail_data is not None:
            self.detail_data.begin()
            data = f' id="{self.prefix}card-{letter}" data-card="{letter}"' if letter else ""
        self.out.append(f'<g class="{name}"{data}>')
        self._elements(placed)
        self.out.append("</g>")

    def _slot(self, text: str, uses: tuple[str, ...]) -> str:
        """Return the class of a text that a script replaces; nothing if all uses have the same."""
        return (
            " slot"
            if self.detail_data is not None and self.detail_data.add_slot(VaryingText(text, uses))
            else ""
        )

    def _elements(self, placed: PlacedDiagram) -> None:
        elements = [t._replace(x=t.x + placed.x, y=t.y + placed.y) for t in placed.diagram.elements]
        for frame in (t for t in elements if isinstance(t, Frame)):
            self._frame(frame)
        self._lines([t for t in elements if isinstance(t, EdgeLine)])
        for label in (t for t in elements if isinstance(t, EdgeLabel)):
            self._label(label)
        for drawn_box in (t for t in elements if isinstance(t, DrawnBox)):
            self._drawn_box(drawn_box)
        for volume in (t for t in elements if isinstance(t, Volume)):
            self._volume(volume)
        for caption in (t for t in elements if isinstance(t, Caption)):
            self._caption(caption)

    def _volume(self, volume: Volume) -> None:
        """Write a body: a stack of maps, or a front with what is seen above and beside it."""
        heat = f" heat{self.scale.shade(volume)}" if self.scale.is_on and volume.boxes else ""
        path = f' data-path="{escape(volume.part.path)}"' if volume.part else ""
        self.out.append(f'<g class="volume {volume.family}{heat}"{path}>')
        front = volume.y + volume.height - volume.face_height
        away = volume.width - volume.face_width
        for n in reversed(range(volume.sheets)):
            shift = away * n / (volume.sheets - 1) if n else 0.0
            self._face(volume.x + shift, front - shift, volume.face_width, volume.face_height)
        if not volume.sheets:
            x, right = number(volume.x), number(volume.x + volume.face_width)
            a, b = number(away), number(-away)
            across, down = number(volume.face_width), number(volume.face_height)
            self._face(volume.x, front, volume.face_width, volume.face_height)
            top = f"M{x} {number(front)}l{a} {b}h{across}l{b} {a}z"
            side = f"M{right} {number(front)}l{a} {b}v{down}l{b} {a}z"
            self.out += [
                f'<path class="fill" d="{top}{side}"/>',
                f'<path class="shade" d="{side}"/>',
            ]
        self.out.append("</g>")

    def _face(self, x: float, y: float, width: float, height: float) -> None:
        self.out.append(
            f'<rect class="fill" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
            f'height="{number(height)}"/>'
        )

    def _caption(self, caption: Caption) -> None:
        kind = "strong" if caption.is_title else "small"
        anchor = f' text-anchor="{caption.anchor}"' if caption.anchor != "start" else ""
        self.out.append(
            f'<text class="{kind}" x="{number(caption.x)}" y="{number(caption.y)}"{anchor}>'
            f"{escape(caption.text)}</text>"
        )

    def _label(self, label: EdgeLabel) -> None:
        x, y = number(label.x), number(label.y)
        slot = self._slot(label.text, label.uses)
        self.out.append(f'<text class="small{slot}" x="{x}" y="{y}">{escape(label.text)}</text>')

    def _lines(self, lines: list[EdgeLine]) -> None:
        """Write all edges of a kind as one path, and their arrow heads as another."""
        paths: dict[str, list[str]] = {}
        for line in lines:
            points = [(line.x + x, line.y + y) for x, y in line.points]
            is_smooth = line.kind == "edge"
            path = smooth(points, is_level=line.is_level) if is_smooth else cornered(points)
            paths.setdefault(line.kind, []).append(path)
            if line.arrow:
                name = "bustip" if line.kind == "bus" else "tip"
                head = tip(points, is_smooth=is_smooth, is_level=line.is_level)
                paths.setdefault(name, []).append(head)
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

    def _drawn_box(self, drawn_box: DrawnBox) -> None:
        names = ["tile", drawn_box.kind, drawn_box.family]
        mark = self._mark(drawn_box)
        if mark:
            names.append(mark)
        if self.scale.is_on and drawn_box.boxes:
            names.append(f"heat{self.scale.shade(drawn_box)}")
        self.out.append(f'<g class="{" ".join(dict.fromkeys(names))}"{self._data(drawn_box)}>')
        href = self.link(drawn_box.part.path) if self.link and drawn_box.part else None
        if href is not None:
            self.out.append(f'<a href="{escape(href)}">')
        if drawn_box.part is not None:
            self.out.append(f"<title>{escape(self._tooltip(drawn_box))}</title>")
        radius = {"join": drawn_box.height / 2, "end": drawn_box.height / 2}.get(drawn_box.kind, 6)
        x, y, w, h = (
            number(v) for v in (drawn_box.x, drawn_box.y, drawn_box.width, drawn_box.height)
        )
        if drawn_box.part is not None and drawn_box.part.times > 1:  # a stack of sheets
            behind = f'x="{number(drawn_box.x + 3)}" y="{number(drawn_box.y + 3)}"'
            self.out.append(
                f'<rect class="sheet" {behind} width="{w}" height="{h}" rx="{number(radius)}"/>'
            )
        self.out.append(
            f'<rect class="fill" x="{x}" y="{y}" width="{w}" height="{h}" rx="{number(radius)}"/>'
        )
        self._texts(drawn_box, mark)
        if href is not None:
            self.out.append("</a>")
        self.out.append("</g>")

    def _data(self, drawn_box: DrawnBox) -> str:
        if drawn_box.part is None:
            return ""
        data = f' data-path="{escape(drawn_box.part.path)}"'
        # A script finds the layers of a box in the data of its detail.
        if drawn_box.kind != "block" and self.detail_data is None:
            data += f' data-id="{escape(drawn_box.boxes[0].main.id)}"'
        elif drawn_box.kind == "block" and self.detail_data is not None:
            data += f' data-opens="{drawn_box.letter}"'
        if drawn_box.part.times > 1:
            data += f' data-times="{drawn_box.part.times}"'
        if self.detail_data is not None:
            self.detail_data.add_box(drawn_box)
        return data

    def _tooltip(self, drawn_box: DrawnBox) -> str:
        part = drawn_box.part
        assert part is not None
        written = shorten(part.path, 200)
        if part.times > 1:
            written += f" … {shorten(part.paths[-1], 200)}"
        if drawn_box.kind != "block":
            written += f": {drawn_box.text.title}"
        return written

    def _mark(self, drawn_box: DrawnBox) -> str:
        found = (
            {self.marks.get(n.id, "") for b in drawn_box.boxes for n in b.nodes}
            if self.marks
            else set()
        )
        found.discard("")
        if not found:
            return ""
        everything = all(self.marks.get(n.id) for b in drawn_box.boxes for n in b.nodes)
        return found.pop() if len(found) == 1 and everything else "changed"

    def _texts(self, drawn_box: DrawnBox, mark: str) -> None:
        text, middle = drawn_box.text, drawn_box.x + drawn_box.width / 2
        if drawn_box.kind == "block":
            self._badge(drawn_box.letter, drawn_box.x + 8, drawn_box.y + drawn_box.height / 2 - 9)
            middle += 11
        if mark:
            is_join = drawn_box.kind == "join"
            self.out.append(
                f'<text class="sign" text-anchor="middle" '
                f'x="{number(drawn_box.x + drawn_box.width - 12)}" '
                f'y="{number(drawn_box.y + (16 if is_join else 14))}">{SIGNS[mark]}</text>'
            )
            middle -= SIGN_ROOM / 2 if is_join else 0
        title = repeated(text.title, drawn_box.part.times if drawn_box.part else 1)
        if drawn_box.kind in {"join", "end"}:
            self._inline_title(drawn_box, title, middle, drawn_box.y + 16)
            return
        value = self.scale.text(drawn_box) if self.scale.is_on and drawn_box.boxes else ""
        name = ""
        slot = self._slot(title, text.titles)
        if text.name:
            own = self._slot(text.name, text.names)
            name = f'<tspan class="name{own}">{escape(text.name)}</tspan>'
        rows = [
            ("small", self._small_texts("", text.before)),
            (f"strong{slot}", escape(title)),
            ("small", self._small_texts(name, text.after)),
            ("small strong", escape(value)),
        ]
        rows = [r for r in rows if r[1]]
        step = 13.0
        y = drawn_box.y + drawn_box.height / 2 - (len(rows) - 1) * step / 2 + 4
        for i, (style, row) in enumerate(rows):
            self.out.append(
                f'<text class="{style}" x="{number(middle)}" '
                f'y="{number(y + i * step)}">{row}</text>'
            )
        if value:
            width = (drawn_box.width - 12) * self.scale.share(drawn_box)
            self.out.append(
                f'<rect class="bar" x="{number(drawn_box.x + 6)}" '
                f'y="{number(drawn_box.y + drawn_box.height - 4)}" width="{number(width)}" '
                'height="2.5"/>'
            )

    def _inline_title(self, drawn_box: DrawnBox, title: str, middle: float, y: float) -> None:
        """Write a title and small texts right of it, centred together."""
        small = self._small_texts("", drawn_box.text.after)
        slot = self._slot(title, drawn_box.text.titles)
        words = " · ".join(word for _, word in drawn_box.text.after)
        between = middle + (text_width(title, 12) * BOLD - text_width(words, 10)) / 2
        anchor = "end" if small else "middle"
        x = between - 2 if small else middle
        self.out.append(
            f'<text class="strong{slot}" text-anchor="{anchor}" x="{number(x)}" y="{number(y)}">'
            f"{escape(title)}</text>"
        )
        if small:
            self.out.append(
                f'<text class="small" x="{number(between + 2)}" y="{number(y)}">{small}</text>'
            )

    def _small_texts(self, name: str, marks: tuple[tuple[str, str], ...]) -> str:
        """Return the small texts of a box, each with the id of its layer."""
        written = [
            f'<tspan data-id="{escape(id_)}">{escape(text)}</tspan>'
            if id_ and self.detail_data is None
            else escape(text)
            for id_, text in marks
        ]
        return " · ".join([name, *written] if name else written)

    def _legend(self, page: DrawingPage) -> None:
        x, y = MARGIN, page.height - MARGIN - LEGEND_ROOM / 2 + 8
        self.out.append('<g class="legend">')
        if self.scale.is_on:
            for i in range(STEPS):
                left = number(x + SHADE_WIDTH * i)
                self.out.append(
                    f'<g class="block heat{i}"><rect class="fill" x="{left}" '
                    f'y="{number(y - 10)}" width="14" height="12"/></g>'
                )
            x += SHADE_WIDTH * STEPS + 8
            self.out.append(
                f'<text class="small" x="{number(x)}" y="{number(y)}">{self.scale.legend}</text>'
            )
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
