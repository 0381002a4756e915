r"""TikZ: a drawing for a paper written in LaTeX, made from its SVG.

What an SVG of ours holds are rectangles, paths and texts, with their looks in a style sheet. Each
becomes a command of TikZ with the same coordinates: whatever is drawn as SVG can be typeset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from cnnanalyze.drawing.text_metrics import number

POINTS = 0.75
"""Points of TeX for one unit of a drawing."""
BOLD = 600
SKIPPED = frozenset({"title", "desc", "style", "metadata"})


class Rule(NamedTuple):
    """A rule of a style sheet."""

    selector: tuple[tuple[str, bool], ...]
    """The words, outermost first; and whether each stands directly in the one before."""
    weight: tuple[int, int]
    """How many classes and how many elements it names: what decides between rules."""
    looks: Mapping[str, str]

    def suits(self, path: Sequence[ET.Element]) -> bool:
        """Whether it is for the last of these elements, each of which lies in the one before."""
        (last, is_child), *others = self.selector[::-1]
        if not _is(path[-1], last):
            return False
        at = len(path) - 2
        for word, is_next_child in others:
            while at >= 0 and not _is(path[at], word):
                if is_child:
                    return False
                at -= 1
            if at < 0:
                return False
            at, is_child = at - 1, is_next_child
        return True


def _is(element: ET.Element, word: str) -> bool:
    if word.startswith("."):
        return word[1:] in element.get("class", "").split()
    return _name(element) == word


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _declarations(text: str) -> dict[str, str]:
    """Return the properties that a style declares: ``fill:red;stroke:none``."""
    parts = (one.partition(":") for one in text.split(";"))
    return {name.strip(): value.strip() for name, colon, value in parts if colon}


def read_rules(style_sheet: str) -> list[Rule]:
    """Return the rules of a style sheet, the weakest first.

    Examples
    --------
    >>> [rule.selector for rule in read_rules(".a .b{fill:red}.a>text,i{fill:blue}")]
    [(('i', False),), (('.a', False), ('text', True)), (('.a', False), ('.b', False))]
    """
    rules = []
    for rule in style_sheet.split("}"):
        selectors, _, body = rule.partition("{")
        looks = _declarations(body)
        for selector in selectors.split(",") if looks else ():
            words = selector.replace(">", " > ").split()
            found = tuple(
                (word, at > 0 and words[at - 1] == ">")
                for at, word in enumerate(words)
                if word != ">"
            )
            classes = sum(word.startswith(".") for word, _ in found)
            rules.append(Rule(found, (classes, len(found) - classes), looks))
    return sorted(rules, key=lambda rule: rule.weight)


def tikz(svg: str) -> str:
    """Return a drawing as a document of LaTeX, from its SVG in a fixed theme."""
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    sheet = "".join(e.text or "" for e in root.iter() if _name(e) == "style")
    return _TikzWriter(read_rules(sheet)).document(root)


class _TikzWriter:
    """Writes one drawing."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.colours: dict[str, str] = {}

    def document(self, root: ET.Element) -> str:
        """Return the whole document."""
        body = list(self._inside([root]))
        title = next((e.text or "" for e in root if _name(e) == "title"), "")
        colours = [
            rf"\definecolor{{{name}}}{{HTML}}{{{value[1:].upper()}}}"
            for value, name in self.colours.items()
        ]
        return "\n".join(
            [
                f"% {escape(title)}",
                r"\documentclass[tikz,border=0pt]{standalone}",
                r"\usepackage[T1]{fontenc}",
                r"\usepackage[utf8]{inputenc}",
                r"\usepackage{textcomp}",
                r"\usepackage[scaled=0.92]{helvet}",
                r"\renewcommand{\familydefault}{\sfdefault}",
                *colours,
                r"\begin{document}",
                rf"\begin{{tikzpicture}}[x={POINTS}pt,y=-{POINTS}pt]",
                *body,
                r"\end{tikzpicture}",
                r"\end{document}",
                "",
            ]
        )

    def _inside(self, path: list[ET.Element]) -> Iterator[str]:
        for element in path[-1]:
            name = _name(element)
            here = [*path, element]
            if name in SKIPPED:
                continue
            if name == "rect":
                yield self._rectangle(element, self._looks(here))
            elif name == "path":
                yield self._path(element, self._looks(here))
            elif name == "text":
                yield self._text(element, self._looks(here))
            else:
                yield from self._inside(here)

    def _looks(self, path: list[ET.Element]) -> dict[str, str]:
        """Return what the style sheet and the element itself say, the strongest last."""
        element = path[-1]
        looks = {k: v for k in ("text-anchor",) if (v := element.get(k)) is not None}
        for rule in self.rules:
            if rule.suits(path):
                looks.update(rule.looks)
        looks.update(_declarations(element.get("style", "")))
        return looks

    def _colour(self, value: str) -> str:
        return self.colours.setdefault(value, f"colour{len(self.colours)}")

    def _painted(self, looks: Mapping[str, str]) -> list[str]:
        """Return the options for what is filled and drawn."""
        options = []
        if (fill := looks.get("fill", "none")) != "none":
            options.append(f"fill={self._colour(fill)}")
            if opacity := looks.get("fill-opacity"):
                options.append(f"fill opacity={float(opacity):g}")
        if (stroke := looks.get("stroke", "none")) != "none":
            width = number(float(looks.get("stroke-width", "1")) * POINTS * 10)
            options += [f"draw={self._colour(stroke)}", f"line width={float(width) / 10:g}pt"]
            if dashes := looks.get("stroke-dasharray"):
                on, off = (float(n) * POINTS for n in dashes.split())
                options.append(f"dash pattern=on {on:g}pt off {off:g}pt")
        return options

    def _rectangle(self, element: ET.Element, looks: Mapping[str, str]) -> str:
        x, y, width, height = (float(element.get(k, 0)) for k in ("x", "y", "width", "height"))
        options = self._painted(looks)
        if radius := min(float(element.get("rx", 0)), width / 2, height / 2):
            options.append(f"rounded corners={radius * POINTS:g}pt")
        corners = f"{_point(x, y)} rectangle {_point(x + width, y + height)}"
        return rf"\path[{','.join(options)}] {corners};"

    def _path(self, element: ET.Element, looks: Mapping[str, str]) -> str:
        return rf"\path[{','.join(self._painted(looks))}] {path_of(element.attrib['d'])};"

    def _text(self, element: ET.Element, looks: Mapping[str, str]) -> str:
        anchor = {"middle": "base", "end": "base east"}.get(
            looks.get("text-anchor", "start"), "base west"
        )
        size = float(looks.get("font-size", "12px").removesuffix("px")) * POINTS
        font = rf"\fontsize{{{size:g}}}{{{size:g}}}\selectfont"
        if int(looks.get("font-weight", "400")) >= BOLD:
            font += r"\bfseries"
        options = f"anchor={anchor},inner sep=0pt,font={font}"
        if fill := looks.get("fill"):
            options += f",text={self._colour(fill)}"
        place = _point(float(element.attrib["x"]), float(element.attrib["y"]))
        return rf"\node[{options}] at {place} {{{escape(''.join(element.itertext()))}}};"


def _point(x: float, y: float) -> str:
    return f"({number(x)},{number(y)})"


def path_of(data: str) -> str:
    """Return the path of TikZ for the one of an SVG, with the commands that drawings use.

    Examples
    --------
    >>> path_of("M0 0V10C0 15 8 15 8 20")
    '(0,0) -- (0,10) .. controls (0,15) and (8,15) .. (8,20)'
    >>> path_of("M4 9l-3 -6h6z")
    '(4,9) -- (1,3) -- (7,3) -- cycle'
    """
    parts: list[str] = []
    x = y = 0.0
    for command, written in re.findall(r"([A-Za-z])([^A-Za-z]*)", data):
        values = [float(v) for v in re.findall(r"-?[\d.]+", written)]
        match command:
            case "M":
                x, y = values
                parts.append(_point(x, y))
                continue
            case "z" | "Z":
                parts.append("-- cycle")
                continue
            case "C":
                first, second = _point(*values[:2]), _point(*values[2:4])
                x, y = values[4:]
                parts.append(f".. controls {first} and {second} .. {_point(x, y)}")
                continue
            case "Q":  # the same curve with two controls
                (a, b), (end_x, end_y) = values[:2], values[2:]
                first = _point(x + 2 * (a - x) / 3, y + 2 * (b - y) / 3)
                second = _point(end_x + 2 * (a - end_x) / 3, end_y + 2 * (b - end_y) / 3)
                x, y = end_x, end_y
                parts.append(f".. controls {first} and {second} .. {_point(x, y)}")
                continue
            case "L":
                x, y = values
            case "l":
                x, y = x + values[0], y + values[1]
            case "H":
                (x,) = values
            case "h":
                x += values[0]
            case "V":
                (y,) = values
            case "v":
                y += values[0]
            case _:
                raise AssertionError(command)
        parts.append(f"-- {_point(x, y)}")
    return " ".join(parts)


SIGNS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{c: f"\\{c}" for c in "{}$&#%_"},
    "×": r"$\times$",
    "·": r"$\cdot$",
    "…": r"\dots{}",
    "−": "$-$",
    "→": r"$\rightarrow$",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
}
LATIN = 0x180
"""Below, a font of LaTeX has the letters; others would end it with an error."""


def escape(text: str) -> str:
    r"""Return a text in which nothing is a command of LaTeX.

    Examples
    --------
    >>> escape("3×3 conv_1 · 50%"), escape("名\n")
    ('3$\\times$3 conv\\_1 $\\cdot$ 50\\%', '? ')
    """
    return "".join(
        SIGNS.get(c) or (" " if not c.isprintable() else c if ord(c) < LATIN else "?") for c in text
    )
