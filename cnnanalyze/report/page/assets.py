"""Assets: the style, the scripts and the data of pages that lie in a folder together.

A page that :func:`~cnnanalyze.report.page.frame.render` wrote needs nothing but itself. In a folder
with many of them, :func:`share` moves what they have in common into files that all of them read,
and the data of a network into a file beside its page. All are classic scripts and style sheets,
which a browser reads from a disk, too; nothing is compressed. What HTML allows to leave out is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cnnanalyze.drawing.style import style_sheet
from cnnanalyze.report.page.columnar import result_by_columns
from cnnanalyze.report.page.frame import CODE, SCRIPT, STYLE, code, embed, policy
from cnnanalyze.report.page.optional_markup import omit_optional_markup

FOLDER = "assets"
DRAWINGS = "drawing.css"
"""The style of drawings in the theme ``auto``."""
MADE = "made by cnnanalyze"
"""What the first line of each file but the pages says, by which it is known as ours."""
POLICY = (
    "default-src 'none'; style-src 'self' file: 'unsafe-inline'; script-src 'self' file:; "
    "base-uri 'none'; form-action 'none'"
)
"""Scripts and styles from the folder of the page, on a server or on a disk, and nothing else."""


def share(page: str, name: str) -> dict[str, str]:
    """Return a page with its style, scripts and data in files beside it: texts by names of files.

    Parameters
    ----------
    page
        What ``render`` wrote.
    name
        What its file is called, without the ending.

    Examples
    --------
    >>> from cnnanalyze.report.page.frame import render
    >>> files = share(render("base.html.j2", title="Net"), "net")
    >>> sorted(files)
    ['assets/copy.js', 'assets/script.js', 'assets/style.css', 'net.html']
    >>> "<script src=assets/script.js></script>" in files["net.html"]
    True
    """
    files = {f"{FOLDER}/{STYLE}": _file("Style of all pages", code(STYLE))}
    links = [_style(STYLE)]
    drawn = f"<style>{style_sheet('auto', marked=False)}</style>"
    if drawn in page:
        page = page.replace(drawn, "")
        files[f"{FOLDER}/{DRAWINGS}"] = _file("Style of drawings", style_sheet("auto"))
        links.append(_style(DRAWINGS))
    start, own, rest = _cut(page, f"<style>\n{code(STYLE)}", "</style>")
    own = f"<style>\n{own}</style>" if own.strip() else ""
    start = start.replace(str(policy(_script(page))), POLICY)
    body, script, end = _cut(rest, "<script>", "</script>")
    names = list(_scripts(script))
    files |= {f"{FOLDER}/{n}": _file(f"Script {n}", _strict(code(n))) for n in names}
    sources = [f"{FOLDER}/{n}" for n in names]
    body, data = _without_data(body)
    if data:
        files[f"{name}.js"] = _file(f"Data of {name}.html", f"page.given={embed(data)};\n")
        sources.insert(1, f"{name}.js")
    ends = "\n".join(f'<script src="{source}"></script>' for source in sources)
    page = f"{start}{''.join(links)}{own}{body}{ends}{end}"
    files[f"{name}.html"] = omit_optional_markup(page)
    return files


def _style(name: str) -> str:
    return f'<link rel="stylesheet" href="{FOLDER}/{name}">\n'


def _file(what: str, text: str) -> str:
    """Return the text of a file that says whose it is."""
    return f"/* {what}, {MADE} */\n{text}"


def _strict(script: str) -> str:
    strict = '"use strict";\n'
    return script if script.startswith(strict) else strict + script


def _cut(text: str, start: str, end: str) -> tuple[str, str, str]:
    """Return what is before, within and after the first stretch between two texts."""
    before, _, rest = text.partition(start)
    within, _, after = rest.partition(end)
    return before, within, after


def _script(page: str) -> str:
    return _cut(page, "<script>", "</script>")[1]


def _scripts(text: str) -> Iterator[str]:
    """Yield the names of the scripts that a text consists of."""
    known = sorted((n for n in CODE if n != STYLE), key=lambda n: n != SCRIPT)
    while text:
        found = next(n for n in known if text.startswith(code(n)))
        text = text.removeprefix(code(found))
        yield found


def _without_data(body: str) -> tuple[str, dict[str, object]]:
    """Return a page without the data that its script needs, and these; others keep theirs."""
    found: dict[str, Any] = {}
    rest = body
    for key in ("result", "page"):
        start = f'<script type="application/json" id="{key}">'
        if start in rest:
            before, text, after = _cut(rest, start, "</script>")
            found[key] = json.loads(text)
            rest = before + after.removeprefix("\n")
    if "page" not in found:
        return body, {}
    result = found.get("result")
    if result and isinstance(result["layers"], list):
        found["result"] = result_by_columns(result)
    return rest, found
