"""Style: the colours of a drawing on a light and on a dark page, and its style sheet."""

from __future__ import annotations

from cnnanalyze.drawing.families import FAMILIES

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
STEPS = 7
"""The shades of a heat map."""

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


def style_sheet(theme: str, *, marked: bool = True) -> str:
    """Return the style sheet of a drawing.

    With the theme ``auto`` the colours are custom properties of the SVG element, each a pair for
    light and dark, so that a page may set its own; with ``light`` or ``dark`` they are written
    out, for converters that know neither properties nor schemes.
    ``marked`` is whether some boxes are added, removed or changed.
    """
    if theme == "auto":
        own = {name: f"var(--{name})" for name in palette(False)}
        dark = palette(True)
        both = (f"--{n}:light-dark({c},{dark[n]})" for n, c in palette(False).items())
        # A drawing in a page takes the scheme of the page; one of its own has both.
        start = f"svg:root{{color-scheme:light dark}}.cnn{{{';'.join(both)}}}"
    else:
        own, start = palette(theme == "dark"), ""
    rules = [
        f".cnn text{{font-family:{FONT};font-size:12px;fill:{own['text']}}}",
        f".cnn .small{{font-size:10px;fill:{own['soft']}}}",
        ".cnn .layer text,.cnn .block text{text-anchor:middle}",
        ".cnn .name{font-style:italic}",
        ".cnn .strong{font-weight:600}.cnn .strong .small{font-weight:400}",
        ".cnn .head{font-weight:600;font-size:18px}",
        f".cnn .paper{{fill:{own['page']}}}",
        f".cnn .inside .paper{{fill:{own['card']}}}",
        f".cnn .edge{{fill:none;stroke:{own['line']};stroke-width:1.3}}",
        f".cnn .rail{{fill:none;stroke:{own['rail']};stroke-width:1.3}}",
        f".cnn .bus{{fill:none;stroke:{own['bus']};stroke-width:2.6}}",
        f".cnn .tip{{fill:{own['rail']}}}",
        f".cnn .bustip{{fill:{own['bus']}}}",
        f".cnn .frame>.border{{fill:none;stroke:{own['frame']};stroke-width:1.2}}",
        f".cnn .card>.border{{fill:{own['card']};stroke:{own['frame']};stroke-width:1.2}}",
        f".cnn .letter{{fill:{own['block-line']}}}",
        f".cnn .inverse{{fill:{own['page']};font-weight:700;font-size:11px}}",
        f".cnn .end .fill{{fill:{own['page']};stroke:{own['line']};stroke-width:1.2}}",
        f".cnn .bar{{fill:{own['bar']}}}",
        ".cnn a{text-decoration:none}",
    ]
    rules += [
        f".cnn .{f} .fill,.cnn .{f} .sheet"
        f"{{fill:{own[f + '-fill']};stroke:{own[f + '-line']};stroke-width:1.2}}"
        for f in FAMILIES
    ]
    rules += [f".cnn .heat{i} .fill{{fill:{own[f'heat{i}']}}}" for i in range(STEPS)]
    rules += (
        []
        if not marked
        else [
            f".cnn .{mark} .fill{{stroke:{own[mark]};stroke-width:2.6{dash}}}"
            f".cnn .{mark} .sign{{fill:{own[mark]};font-weight:700;font-size:13px}}"
            for mark, dash in (
                ("added", ""),
                ("removed", ";stroke-dasharray:7 4"),
                ("changed", ";stroke-dasharray:2 2"),
            )
        ]
    )
    return start + "".join(rules)


SIGNS = {"added": "+", "removed": "−", "changed": "~"}
"""What a marked box carries besides its colour and the pattern of its border."""
