"""The site of the documentation: complete, and at work in a folder without network."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import cnnanalyze as cnn
from tests.conftest import Open

ROOT = Path(__file__).parent.parent.parent
LOADING = {
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
}
"""What a browser asks for by itself; ``a`` waits for a click."""
NOT_LOADED = {"canonical", "next", "prev"}


class Page(HTMLParser):
    """The links, the parts that a browser loads, and the anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if found.get("rel") not in NOT_LOADED:
            self.loaded += [found[name] for of, name in LOADING if of == tag and name in found]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site with warnings as errors."""
    pytest.importorskip("material")
    pytest.importorskip("mkdocstrings")
    folder = tmp_path_factory.mktemp("site")
    command = (sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}


def test_every_page_of_the_docs_is_a_page_of_the_site(pages: dict[Path, Page], site: Path) -> None:
    docs = ROOT / "docs"
    wanted = {p.relative_to(docs).with_suffix(".html") for p in docs.rglob("*.md")}
    wanted |= {Path("reference/commands.html"), Path("reference/messages.html")}
    assert {p.relative_to(site) for p in pages} - {Path("404.html")} == wanted


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page], site: Path) -> None:
    for path, page in pages.items():
        for address in page.loaded:
            parts = urlsplit(address)
            assert not parts.netloc, f"{path.name} loads {address}"
            if parts.scheme != "data" and path.name != "404.html":
                assert (path.parent / unquote(parts.path)).resolve().is_relative_to(site)
                assert (path.parent / unquote(parts.path)).exists(), f"{path.name}: {address}"
    for path in site.rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?(https?:)?//|@import", path.read_text("utf-8")), path


def test_every_link_leads_somewhere(pages: dict[Path, Page]) -> None:
    seen = 0
    for path, page in pages.items():
        for address in page.links if path.name != "404.html" else ():
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            seen += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), f"{path.name} links to {address}"
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].anchors, f"{path.name}: {address}"
    assert seen > 100


def test_code_shows_no_escaped_signs(pages: dict[Path, Page]) -> None:
    for path in pages:
        assert not re.search(r"<code>[^<]*\\[|_*]", path.read_text("utf-8")), path.name


def test_every_public_name_is_on_the_page_about_python(pages: dict[Path, Page], site: Path) -> None:
    anchors = pages[site / "reference" / "python.html"].anchors
    assert {f"cnnanalyze.{name}" for name in cnn.__all__} <= anchors


def test_search_works_without_a_server(site: Path) -> None:
    page = (site / "index.html").read_text("utf-8")
    assert "assets/iframe-worker.js" in page
    assert "var __index = " in (site / "search" / "search_index.js").read_text("utf-8")


@pytest.mark.browser
def test_search_finds_a_rule_in_a_folder_and_asks_nobody(open_page: Open, site: Path) -> None:
    page = open_page(site / "index.html")
    page.locator(".md-search__input").focus()
    # What is typed before the index is there is lost.
    ready = page.locator(".md-search-result__meta", has_text="Type to start searching")
    ready.wait_for(state="attached", timeout=60_000)
    page.locator(".md-search__input").press_sequentially("even-kernel")
    first = page.locator(".md-search-result__item a").first
    first.wait_for(timeout=20_000)
    assert "reference/rules/cv.html" in first.get_attribute("href")
    first.click()
    page.locator("h1", has_text="CV").wait_for(timeout=20_000)
    assert page.complaints == []
    assert [address for address in page.requests if not address.startswith("file:")] == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 768, 1280, 1920])
@pytest.mark.parametrize(
    "name",
    ["index", "tutorials/first_network", "guides/lint", "reference/python", "reference/data"],
)
def test_page_is_no_wider_than_the_window(
    open_page: Open, site: Path, name: str, width: int
) -> None:
    page = open_page(site / f"{name}.html", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints == []
