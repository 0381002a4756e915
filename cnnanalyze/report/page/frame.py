"""The frame of every page: one file with its style and script inside, and nothing fetched.

A page is a template that extends ``base.html.j2`` and is written by :func:`render`. The base gives

* the blocks ``title``, ``contents`` (links of the bar on top), ``main`` and ``footer``;
* the content security policy, which allows this very script and no request to anywhere;
* the style with light and dark colours, the theme switch, the help on keys, the print style;
* for every ``<table data-sortable>``: sorting by its headings; for ``<input data-filter="ID">``:
  a filter of the rows of that table; keys ``j k / f ? t``.

Everything is readable without the script; what needs it carries the class ``needs-script``. The
names that scripts and tests may rely on are listed in ``docs/reference/pages.md``.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from cnnanalyze.core.spelling import count_of
from cnnanalyze.drawing.families import FAMILIES
from cnnanalyze.report.latex import SPECIAL
from cnnanalyze.report.numbers import exact, readable, short, size
from cnnanalyze.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = "templates"
STYLE = "style.css"
SCRIPT = "script.js"
"""The script of every page: theme, keys, sorting, filtering."""
COPY = "copy.js"
"""The script of every page that comes last: buttons that copy."""
CODE = (
    STYLE,
    SCRIPT,
    "network.js",
    "drawing.js",
    "zoom.js",
    "ranges.js",
    "viewer.js",
    "player.js",
    "gallery.js",
    "zoo.js",
    COPY,
)
"""The files beside this module that pages consist of."""


def render(
    template: str,
    *,
    scripts: tuple[str, ...] = (SCRIPT,),
    has_images: bool = False,
    **context: object,
) -> str:
    """Write a page.

    Parameters
    ----------
    template
        The name of a file in ``templates``; everything put into it is escaped.
    scripts
        The names of the scripts beside this module, in the order in which they run; the one with
        the buttons that copy follows them.
    has_images
        Whether the page has pictures in itself, which its policy then allows.
    **context
        What the template names.

    Examples
    --------
    >>> page = render("base.html.j2", title="<b>")
    >>> page.startswith("<!DOCTYPE html>"), "&lt;b&gt;" in page
    (True, True)
    """
    script = "".join(map(code, (*scripts, COPY)))
    page = _environment().get_template(template)
    return page.render(
        style=Markup(code(STYLE)),  # noqa: S704 - our own files, not data
        script=Markup(script),  # noqa: S704
        policy=policy(script, has_images=has_images),
        **context,
    )


def policy(script: str, *, has_images: bool = False) -> str:
    """Return the content security policy under which this script may run, and nothing else.

    Pictures, if there are any, are part of the page; none is fetched.

    Examples
    --------
    >>> policy("")[:50]
    "default-src 'none'; style-src 'unsafe-inline'; scr"
    """
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        f"{'img-src data:; ' if has_images else ''}base-uri 'none'; form-action 'none'"
    )


def embed(data: object) -> Markup:
    r"""Write data as JSON that may be in a ``<script>``: nothing in it can end the element.

    Examples
    --------
    >>> print(embed({"name": "</script>"}))
    {"name":"\u003c/script>"}
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return Markup(text)  # noqa: S704 - the line above is the escaping


_UNSAFE = re.compile("[<\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What ends an element or a line of a script, and what turns the direction of the text."""


@cache
def code(name: str) -> str:
    """Return a style or a script of :data:`CODE` without its remarks and indentation."""
    lines = map(str.strip, files(__package__).joinpath(name).read_text("utf-8").splitlines())
    text = "".join(f"{line}\n" for line in lines if line and not line.startswith(("//", "/*")))
    if name == COPY:
        return f"page.latex={embed(SPECIAL)};\n{text}"
    if name != STYLE:
        return text
    return re.sub(r";?\s{0,9}([{};,])\s*|(?<=[a-z]:) ", r"\1", text) + _families()


def _families() -> str:
    """Return the colours of families of layers, on light and on dark pages."""
    return "".join(
        f".f-{f.name}{{--fill:light-dark({f.light[0]},{f.dark[0]});"
        f"--edge:light-dark({f.light[1]},{f.dark[1]})}}\n"
        for f in FAMILIES.values()
    )


def _breakable(text: str) -> Markup:
    """Return a text of which long paths are broken after a slash."""
    return Markup(escape(text).replace("/", Markup("/<wbr>")))  # noqa: S704 - escaped


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(__package__ or "", TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "exact": exact,
        "short": short,
        "readable": readable,
        "size": size,
        "embed": embed,
        "count_of": count_of,
        "breakable": _breakable,
    }
    environment.filters.update(filters)
    environment.globals["version"] = __version__
    return environment
