"""The README on a package index: it shows and leads as it does in the repository."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
REPOSITORY = PROJECT["urls"]["Repository"]
MOST_LINES = 340
RAW = REPOSITORY.replace("github.com", "raw.githubusercontent.com")
NAMED = dict(re.findall(r"^\[([^\]]+)\]: (\S+)$", README, flags=re.MULTILINE))
LINKS = sorted(
    {*re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", README), *(("", a) for a in NAMED.values())}
)


def test_there_are_links() -> None:
    assert len(LINKS) >= 10
    assert PROJECT["readme"] == "README.md"


@pytest.mark.parametrize(("picture", "address"), LINKS)
def test_links_are_absolute_and_lead_to_files_of_the_repository(picture: str, address: str) -> None:
    # An index knows no files beside the README: a relative link would lead nowhere there.
    start = f"{RAW}/main/" if picture else f"{REPOSITORY}/blob/main/"
    assert address.startswith(start)
    path = address.removeprefix(start).partition("#")[0]
    assert (ROOT / path).is_file()


def test_every_link_has_an_address_and_every_address_a_link() -> None:
    assert set(re.findall(r"\]\[([^\]]+)\]", README)) == set(NAMED)


def test_readme_is_short() -> None:
    assert len(README.splitlines()) <= MOST_LINES


def test_addresses_of_the_project_lead_to_files_of_the_repository() -> None:
    for address in PROJECT["urls"].values():
        assert address.startswith(REPOSITORY)
        if "/blob/main/" in address:
            assert (ROOT / address.partition("/blob/main/")[2]).is_file()
