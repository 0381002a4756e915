"""A test stands where its module's mirror is: who changes a module knows what to run."""

from __future__ import annotations

from pathlib import Path

from tests.architecture.source import PACKAGE, TESTS, modules, place

WITHOUT_MIRROR = {
    "cnnanalyze/__init__.py": "names alone; tests/architecture asks after them",
    "cnnanalyze/__main__.py": "the start of cnnanalyze.cli",
    "cnnanalyze/errors.py": "what messages look like; every message has its own test",
    "cnnanalyze/testing.py": "the conformance suite: tests/conformance",
    "cnnanalyze/version.py": "one line",
}
"""Modules at the top of the package without tests of their own, and why."""

OF_THE_WHOLE = {
    "architecture": "the source itself",
    "benchmarks": "speed and mutation, by hand",
    "browser": "pages in a real browser",
    "conformance": "kinds of other packages, from one end to the other",
    "docs": "what the documentation prints and promises",
    "fuzz": "every command before what nobody meant",
    "published": "networks of specs/ against what papers print",
    "strategies": "what Hypothesis draws; no tests",
    "witnesses": "layers in other frameworks; no tests",
}
"""Folders of tests that mirror none of the package, and what they test."""


def mirror(module: Path) -> Path:
    """Return the folder with the tests of a module: of the same path, or the nearest above."""
    folders = module.relative_to(PACKAGE).parents
    return next(TESTS / folder for folder in folders if (TESTS / folder).is_dir())


def test_every_module_has_a_mirror() -> None:
    own = {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")}
    lacking = {
        place(module)
        for module in modules(PACKAGE)
        if mirror(module) == TESTS and module.stem not in own
    }
    assert lacking == set(WITHOUT_MIRROR)


def test_every_folder_of_tests_mirrors_one_of_the_package_or_is_of_the_whole() -> None:
    folders = {path.parent for path in modules(TESTS)} - {TESTS}
    strange = [
        place(folder)
        for folder in sorted(folders)
        if (parts := folder.relative_to(TESTS).parts)[0] not in OF_THE_WHOLE
        if not (PACKAGE / Path(*parts)).is_dir()
        and any(path.name.startswith("test_") for path in folder.iterdir())
    ]
    assert strange == []
    assert all((TESTS / name).is_dir() for name in OF_THE_WHOLE)
