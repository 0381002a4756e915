"""The house: every folder has one line in CONTRIBUTING, and says itself what it may import."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import (
    ABOVE_ALL,
    CONTRACTS,
    FLOORS,
    HEIGHT,
    PACKAGE,
    imported,
    modules,
    parsed,
    place,
)

CONTRIBUTING = PACKAGE.parent / "CONTRIBUTING.md"
FOLDERS = sorted(path.parent for path in modules(PACKAGE) if path.name == "__init__.py")
INDENT = 4
_MAY_IMPORT = re.compile(
    r"It may import ((?:``\w+``(?:, | and )?)+) and below(?:, but not ``(\w+)``)?\."
    r" Smallest example: :mod:`~([\w.]+)`\."
)


def floors_of(text: str) -> list[list[str]]:
    """Return the lines of a tree as paths, floor by floor, the top one first."""
    floors: list[list[str]] = []
    for block in text.strip("\n").split("\n\n"):
        rooms: list[str] = []
        path: list[str] = []
        for line in block.splitlines():
            name = line.split()[0]
            assert len(line.split(maxsplit=1)) == 2, f"nothing is said of {name}"
            depth = (len(line) - len(line.lstrip())) // INDENT
            path = [*path[:depth], name]
            rooms.append("".join(path))
        floors.append(rooms)
    return floors


def tree() -> list[list[str]]:
    """Return the rooms that CONTRIBUTING lists."""
    section = CONTRIBUTING.read_text("utf-8").split("## The house", 1)[1].split("\n## ", 1)[0]
    return floors_of(section.split("```text\n", 1)[1].split("```", 1)[0])


def test_tree_is_read_floor_by_floor() -> None:
    text = "a/    one\n    b/    two\n        c/    three\n\nd.py    four\ne/    five\n"
    assert floors_of(text) == [["a/", "a/b/", "a/b/c/"], ["d.py", "e/"]]


def test_every_room_has_exactly_one_line() -> None:
    there = {f"{folder.relative_to(PACKAGE).as_posix()}/" for folder in FOLDERS} - {"./"}
    there |= {path.name for path in PACKAGE.glob("*.py") if path.stem not in ABOVE_ALL}
    assert sorted(room for floor in tree() for room in floor) == sorted(there)


def test_floors_are_those_of_the_contract() -> None:
    listed = [
        {room.strip("/").removesuffix(".py") for room in floor if "/" not in room.strip("/")}
        for floor in tree()
    ]
    assert listed == [set(floor) for floor in reversed(FLOORS)]


def test_rooms_of_a_wing_stand_as_its_contract_has_them() -> None:
    wings = [c for c in CONTRACTS if c["type"] == "layers" and c["containers"] != ["cnnanalyze"]]
    assert wings
    for contract in wings:
        (container,) = contract["containers"]
        wing = container.removeprefix("cnnanalyze.") + "/"
        listed = [
            room.removeprefix(wing).strip("/")
            for floor in tree()
            for room in floor
            if room.startswith(wing) and room.count("/") == wing.count("/") + 1
        ]
        heights = {
            name: height
            for height, row in enumerate(contract["layers"])
            for name in re.split(r"\W+", row)
        }
        assert sorted(listed) == sorted(heights)
        assert listed == sorted(listed, key=heights.__getitem__)


@pytest.mark.parametrize("folder", FOLDERS[1:], ids=place)
def test_room_says_what_it_may_import_and_what_to_copy(folder: Path) -> None:
    text = " ".join((ast.get_docstring(parsed(folder / "__init__.py")) or "").split())
    said = _MAY_IMPORT.search(text)
    assert said, (
        f"the docstring of {place(folder)}/__init__.py lacks "
        "'It may import ``ROOM`` and below. Smallest example: :mod:`~MODULE`.'"
    )
    assert text[: said.start()].rstrip().endswith("."), "first say what lives there"
    own = folder.relative_to(PACKAGE).parts[0]
    named, left_out, example = re.findall(r"\w+", said[1].replace(" and ", " ")), said[2], said[3]
    height = max(HEIGHT[name] for name in named)
    assert all(HEIGHT[name] < HEIGHT[own] for name in named)
    beyond = {
        f"{place(path)} imports {other}"
        for path in folder.glob("*.py")
        for other in imported(path) - {own}
        if HEIGHT[other] > height or other == left_out
    }
    assert beyond == set()
    path = PACKAGE.parent / Path(*example.split("."))
    assert path.with_suffix(".py").is_file(), f"there is no module {example}"
    assert path.is_relative_to(folder)
