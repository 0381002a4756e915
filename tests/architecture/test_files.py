"""Files of users are opened in one place."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.source import PACKAGE, modules, parsed, place

ASKING = {"exists", "is_file", "is_dir", "resolve"}
"""Methods of a path that raise for names that no system takes; ``core/files.py`` asks without."""
OPENING = {"open", "read_text", "read_bytes", "fdopen", "fromfile", "loadtxt", "mmap"}
CALLS_OF_OUR_OWN = {"read_text", "read_bytes"}
"""What ``core/files.py`` gives: called as functions, not as methods of a path."""
IN_MEMORY = {("Image", "open"), ("archive", "open"), ("spec", "open")}
"""A picture whose bytes were read, what is packed in a file that is mapped, and a spec of the
linter, which uses the one function."""
EXCEPT = {
    "core/files.py": "it is the place",
    "core/file_writing.py": "writes",
    "core/registry.py": "metadata of installed packages",
    "cli/__init__.py": "the null device in place of a closed stream",
    "cli/output.py": "the null device in place of a stream that takes nothing",
    "report/page/gallery_folder.py": "pages that it wrote itself",
    "report/page/frame.py": "files of the package",
}
MAY_ASK = {
    "core/files.py": "it is the place",
    "core/file_writing.py": "tells what is wrong with a name that is written to",
    "cli/folders.py": "asks the entries of a folder, whose names the system has",
    "language/zoo.py": "folders of the package",
}


def openings(tree: ast.AST) -> list[int]:
    """Return the lines that open a file."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                if node.func.id in OPENING - CALLS_OF_OUR_OWN:
                    found.append(node.lineno)
            elif isinstance(node.func, ast.Attribute) and node.func.attr in OPENING:
                of = node.func.value
                if not (isinstance(of, ast.Name) and (of.id, node.func.attr) in IN_MEMORY):
                    found.append(node.lineno)
    return found


def questions(tree: ast.AST) -> list[int]:
    """Return the lines that ask a path what is there, by methods that may raise."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ASKING
    ]


def of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_files_are_read_by_the_one_function() -> None:
    found = [
        f"{place(file)}:{line}"
        for file in modules(PACKAGE)
        if of(file) not in EXCEPT
        for line in openings(parsed(file))
    ]
    assert found == []


def test_what_is_there_is_asked_by_the_one_place() -> None:
    found = [
        f"{place(file)}:{line}"
        for file in modules(PACKAGE)
        if of(file) not in MAY_ASK
        for line in questions(parsed(file))
    ]
    assert found == []


def test_the_search_finds_what_it_looks_for() -> None:
    assert questions(ast.parse("path.exists()\nexists(path)\npath.resolve()")) == [1, 3]
    text = "Path(x).read_text()\nopen(x)\nread_text(x)\npath.open('rb')\n"
    assert openings(ast.parse(text)) == [1, 2, 4]
    assert all((PACKAGE / name).is_file() for name in (*EXCEPT, *MAY_ASK))
