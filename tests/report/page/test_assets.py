"""Assets: pages of a folder share style and scripts, and are the same pages as those alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.report.page import frame
from cnnanalyze.report.page.assets import MADE, POLICY, share
from cnnanalyze.report.page.columnar import OF_PLACE, columns_of
from cnnanalyze.report.page.frame import CODE, COPY, SCRIPT, embed, render
from tests.report.page.reader import Element, Page

PAGE = cnn.analyze("zoo:lenet5").to_html()
SCRIPTS = [
    "assets/script.js",
    "lenet5.js",
    *(f"assets/{n}.js" for n in ("network", "drawing", "zoom", "viewer")),
    "assets/copy.js",
]


def test_what_pages_share_is_in_files_of_their_own() -> None:
    files = share(PAGE, "lenet5")
    assert set(files) == {"lenet5.html", *SCRIPTS, "assets/style.css", "assets/drawing.css"}
    page = files["lenet5.html"]
    assert re.findall(r"<script src=([^>]+)></script>", page) == SCRIPTS
    assert re.findall(r"<link rel=stylesheet href=([^>]+)>", page) == [
        "assets/style.css",
        "assets/drawing.css",
    ]
    assert "<style>" not in page
    assert "<script>" not in page
    assert all(
        text.partition("\n")[0].endswith(f"{MADE} */")
        for n, text in files.items()
        if n != "lenet5.html"
    )


def test_nothing_but_style_scripts_and_data_leaves_the_page() -> None:
    def rest(page: str) -> list[Element | str]:
        page = re.sub(r"<(script|style)\b.*?</\1>\n?|<link [^>]*>\n?", "", page, flags=re.DOTALL)
        return _content(Page(re.sub(r'content="default-src[^"]*"', "", page)).root)

    assert rest(share(PAGE, "lenet5")["lenet5.html"]) == rest(PAGE)


def _content(element: Element) -> list[Element | str]:
    """Return what is in an element, without the space between elements."""
    parts = [p.strip() if isinstance(p, str) else p for p in element.children]
    return [
        p if isinstance(p, str) else Element(p.tag, p.attributes, _content(p)) for p in parts if p
    ]


def test_a_shared_page_may_read_what_is_in_its_folder_and_nothing_else() -> None:
    page = share(PAGE, "lenet5")["lenet5.html"]
    assert f'http-equiv=Content-Security-Policy content="{POLICY}"' in page
    assert "sha256" not in page


def test_data_are_those_of_the_page_by_columns() -> None:
    text = share(PAGE, "lenet5")["lenet5.js"].partition("\n")[2]
    found = json.loads(text.removeprefix("page.given=").removesuffix(";\n"))
    (alone,) = re.findall(r'id="result">(.*?)</script>', PAGE)
    result = json.loads(alone)
    assert found["result"] == {**result, "layers": columns_of(result["layers"], OF_PLACE)}


def test_data_cannot_end_a_script() -> None:
    text = "{cnn: 1, name: '</script>', input: 5x5x1, layers: [relu]}"
    page = cnn.analyze(cnn.loads(text)).to_html()
    assert "</script>" not in share(page, "net")["net.js"]
    assert embed("</script>") in share(page, "net")["net.js"]


@pytest.mark.parametrize("scripts", [(SCRIPT,), (SCRIPT, "gallery.js"), (SCRIPT, "player.js")])
def test_every_page_is_taken_apart_into_its_scripts(scripts: tuple[str, ...]) -> None:
    files = share(render("base.html.j2", scripts=scripts, title="Net"), "net")
    assert {f"assets/{name}" for name in (*scripts, COPY)} == {
        n for n in files if n.endswith(".js")
    }


def test_every_script_and_style_is_known() -> None:
    folder = Path(frame.__file__).parent
    assert set(CODE) == {p.name for p in folder.iterdir() if p.suffix in {".js", ".css"}}
