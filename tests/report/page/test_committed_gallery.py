"""The gallery that lies in the repository: whole, and small enough for it.

Whether its bytes are those of today is what ``cnnanalyze gallery --check`` says.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnanalyze.report.page.gallery_pages import EXAMPLES

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "reports").glob("*.html"))
MOST_BYTES = 20_000_000

if not PAGES:
    pytest.skip("the committed gallery: reports/ is empty", allow_module_level=True)


def test_every_network_of_the_zoo_has_its_page() -> None:
    specs = {path.stem for path in (ROOT / "specs").glob("*.yaml")}
    pages = {path.stem for path in PAGES}
    wanted = {"index", "zoo", "conventions", *specs, *(e.name for e in EXAMPLES)}
    assert wanted - pages == set(), "run: cnnanalyze gallery --output reports"
    assert pages - wanted == set()


def test_the_gallery_is_small_enough_for_a_repository() -> None:
    files = (path for path in (ROOT / "reports").rglob("*") if path.is_file())
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


def test_every_page_of_a_network_is_whole_and_verified() -> None:
    for spec in (ROOT / "specs").glob("*.yaml"):
        text = (ROOT / "reports" / f"{spec.stem}.html").read_text("utf-8")
        assert "<p class=verification data-verification=good>" in text, spec.stem
        assert f"<script src={spec.stem}.js></script>" in text
        assert (ROOT / "reports" / f"{spec.stem}.js").exists()
