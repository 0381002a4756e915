"""Style: the colours of a drawing on a light and on a dark page, and its style sheet."""

from __future__ import annotations

from collections.abc import Mapping

from cnnanalyze.drawing.families import FAMILIES

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
STEPS = 7
"""The number of shades of the colour scale."""

LIGHT = {
    "page": "#ffffff",
    "card": "#f8fafc",
    "text": "#1a2230",
    "soft": "#414b5b",
    "line": "#7c8798",
    "rail": "#64748b",
    "bus": "#a16207",
    "frame": "#c3ccd8",
    "added": "#15803d",
    "removed": "#b91c1c",
    "changed": "#a14a00",
    "bar": "#b42318",
    **{
        f"heat{i}": c
        for i, c in enumerate(
            ("#fffaf2", "#feefd9", "#fde3bf", "#fcd6a6", "#fbc98d", "#f9ba76", "#f7a961")
        )
    },
}
DARK = {
    "page": "#12161c",
    "card": "#181d25",
    "text": "#e8ecf2",
    "soft": "#c0c9d5",
    "line": "#77839a",
    "rail": "#8b97ad",
    "bus": "#e8bf4c",
    "frame": "#3a4452",
    "added": "#5fd38a",
    "removed": "#ff8f87",
    "changed": "#ffb066",
    "bar": "#ffa28f",
    **{
        f"heat{i}": c
        for i, c in enumerate(
            ("#1f2026", "#2b2422", "#38291f", "#472f1c", "#57351a", "#683b17", "#7a4113")
        )
    },
}
"""By name; ``text`` and ``soft`` can be read (AA) on every fill of the same page."""


def palette(dark: bool) -> dict[str, str]:
    """Return all colours of one theme, with those of the families."""
    colours = dict(DARK if dark else LIGHT)
    for family in FAMILIES.values():
        fill, stroke = family.dark if dark else family.light
        colours[f"{family.name}-fill"], colours[f"{family.name}-line"] = fill, stroke
    return colours


def style_sheet(theme: str, *, marked: bool = True, volumes: bool = False) -> str:
    """Return the style sheet of a drawing.

    With the theme ``auto`` the colours of a light page are written out, and where light and dark
    can be told apart they are custom properties of the SVG element besides, each a pair, so that a
    page may set its own: a converter that knows neither skips the whole block. With ``light`` or
    ``dark`` there is one of them. ``marked`` is whether some boxes are added, removed or changed,
    ``volumes`` whether outputs are bodies.

    Examples
    --------
    >>> style_sheet("auto").index(".cnn .paper{fill:#ffffff}") < style_sheet("auto").index(
    ...     "@supports"
    ... )
    True
    """
    light, dark = palette(False), palette(True)
    if theme != "auto":
        own = dark if theme == "dark" else light
        return _FORMS + _colours(own, marked=marked, volumes=volumes)
    pairs = ";".join(f"--{name}:light-dark({c},{dark[name]})" for name, c in light.items())
    properties = {name: f"var(--{name})" for name in light}
    # A drawing in a page takes the scheme of the page; one of its own has both.
    return (
        _FORMS
        + _colours(light, marked=marked, volumes=volumes)
        + "@supports (color:light-dark(red,red)){"
        + f"svg:root{{color-scheme:light dark}}.cnn{{{pairs}}}"
        + _colours(properties, marked=marked, volumes=volumes)
        + "}"
    )


_FORMS = (
    f".cnn text{{font-family:{FONT};font-size:12px}}"
    ".cnn .small{font-size:10px}"
    ".cnn .layer text,.cnn .block text{text-anchor:middle}"
    ".cnn .name{font-style:italic}"
    ".cnn .strong{font-weight:600}.cnn .strong .small{font-weight:400}"
    ".cnn .head{font-weight:600;font-size:18px}"
    ".cnn .inverse{font-weight:700;font-size:11px}"
    ".cnn .edge,.cnn .rail,.cnn .bus,.cnn .border{fill:none;stroke-width:1.3}"
    ".cnn .bus{stroke-width:2.6}"
    ".cnn .border,.cnn .fill,.cnn .sheet{stroke-width:1.2}"
    ".cnn a{text-decoration:none}"
)
"""What is the same in every theme."""


def _colours(own: Mapping[str, str], *, marked: bool, volumes: bool) -> str:
    """Return the rules that name colours."""
    rules = [
        f".cnn text{{fill:{own['text']}}}",
        f".cnn .small{{fill:{own['soft']}}}",
        f".cnn .paper{{fill:{own['page']}}}",
        f".cnn .edge{{stroke:{own['line']}}}",
        f".cnn .rail{{stroke:{own['rail']}}}",
        f".cnn .bus{{stroke:{own['bus']}}}",
        f".cnn .tip{{fill:{own['rail']}}}",
        f".cnn .bustip{{fill:{own['bus']}}}",
        f".cnn .border{{stroke:{own['frame']}}}",
        f".cnn .card>.border{{fill:{own['card']}}}",
        f".cnn .letter{{fill:{own['block-line']}}}",
        f".cnn .inverse{{fill:{own['page']}}}",
        f".cnn .end .fill{{fill:{own['page']};stroke:{own['line']}}}",
        f".cnn .bar{{fill:{own['bar']}}}",
    ]
    rules += [
        f".cnn .{f} .fill,.cnn .{f} .sheet{{fill:{own[f + '-fill']};stroke:{own[f + '-line']}}}"
        for f in FAMILIES
    ]
    rules += [f".cnn .heat{i} .fill{{fill:{own[f'heat{i}']}}}" for i in range(STEPS)]
    if volumes:
        rules.append(".cnn .shade{fill-opacity:.16}")
        rules.append(f".cnn .end .shade{{fill:{own['line']}}}")
        rules += [f".cnn .{f} .shade{{fill:{own[f + '-line']}}}" for f in FAMILIES]
    if marked:
        rules += [
            f".cnn .{mark} .fill{{stroke:{own[mark]};stroke-width:2.6{dash}}}"
            f".cnn .{mark} .sign{{fill:{own[mark]};font-weight:700;font-size:13px}}"
            for mark, dash in (
                ("added", ""),
                ("removed", ";stroke-dasharray:7 4"),
                ("changed", ";stroke-dasharray:2 2"),
            )
        ]
    return "".join(rules)


SIGNS = {"added": "+", "removed": "−", "changed": "~"}
"""The sign in a marked box, besides its colour and the pattern of its border."""
SIGN_ROOM = 16.0
"""The width that the sign of a mark takes beside the title of a box."""
