"""The gallery that lies in the repository: whole, and small enough for it.

Whether its bytes are those of today is what ``cnnanalyze gallery --check`` says.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnanalyze.report.page.gallery_pages import EXHIBITS

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "reports").glob("*.html"))
MOST_BYTES = 20_000_000

if not PAGES:
    pytest.skip("the committed gallery: reports/ is empty", allow_module_level=True)


def test_every_network_of_the_zoo_has_its_page() -> None:
    specs = {path.stem for path in (ROOT / "specs").glob("*.yaml")}
    assert {path.stem for path in PAGES} == {"index", *specs, *(e.name for e in EXHIBITS)}


def test_the_gallery_is_small_enough_for_a_repository() -> None:
    assert sum(path.stat().st_size for path in PAGES) < MOST_BYTES
