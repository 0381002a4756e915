"""Configuration files: which one holds for a folder, and what may stand at its top.

Each part of the program reads its own table; what a file holds beside these tables is refused,
since a setting that nobody reads would be taken for one that holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cnnanalyze.core.binding import bind_entries
from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.files import exists, is_file, resolved, shown
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import Entries, Reader, WrittenMapping
from cnnanalyze.core.toml import open_toml, parse, table_at, tree_of
from cnnanalyze.core.tree import Mapping, Sequence, Tree, plain
from cnnanalyze.errors import Fault, Mark, Source, UsageError

OWN, SHARED = "cnnanalyze.toml", "pyproject.toml"
FILES: dict[str, tuple[str, ...]] = {OWN: (), SHARED: ("tool", "cnnanalyze")}
"""The files that are looked for, in this order, and where in them our tables stand."""
OF_LINT = (
    *("extend", "profile", "target", "select", "extend-select", "ignore", "severity"),
    *("per-file-ignores", "thresholds", "budgets", "rule", "fail-on", "max-warnings"),
)
"""What stands in the table of the linter, which reads it; known here to be told of if misplaced."""


def _patterns(tree: Tree) -> tuple[str, ...]:
    from cnnanalyze.core.ignore_patterns import why_not  # noqa: PLC0415 - only where folders are searched

    patterns = plain(tree)
    if not isinstance(tree, Sequence) or not all(isinstance(p, str) for p in patterns):
        raise ValueError(
            f"must be a list of patterns as .gitignore has them, not {show_tree(tree)}"
        )
    written = zip(patterns, tree.items, strict=True)
    if faults := [Fault(wrong, item.mark) for p, item in written if (wrong := why_not(p))]:
        raise UsageError(*faults)
    return tuple(patterns)


_PATTERNS = Reader(_patterns, {"type": "array", "items": {"type": "string"}})


def _unknown(what: str, word: str, known: tuple[str, ...]) -> tuple[str, str]:
    if word in OF_LINT:
        return f"'{word}' belongs under 'lint'", "it has no effect here"
    if word == "tool":
        return (
            f"tables of {OWN} do not belong under 'tool'",
            f"write [lint] instead of [tool.cnnanalyze.lint], or move the table into {SHARED}",
        )
    return f"{what} has no '{word}'{nearest(word, known)}", f"it takes {', '.join(known)}"


FOLDERS = {
    "exclude": "what is passed over in folders, instead of what is by itself",
    "extend-exclude": "additional exclusions",
    "include": "the files that are looked at in folders",
}
"""What may be said of the files in folders."""
TABLES = ("lint", "conventions")
KEYS = (*FOLDERS, *TABLES)
"""What may stand at the top."""
TOP = Entries(
    lambda: {
        **dict.fromkeys(FOLDERS, Annotated[tuple[str, ...], _PATTERNS]),
        **dict.fromkeys(TABLES, WrittenMapping),
    },
    _unknown,
)


def find(folder: Path) -> Path | None:
    """Return the configuration that holds in a folder: the closest, going upwards.

    A ``pyproject.toml`` counts only if it has a table ``[tool.cnnanalyze]``.

    Raises
    ------
    UsageError
        If it is a link that leads out of the repository, or no TOML.
    """
    for here in (folder, *folder.parents):
        for name in FILES:
            path = here / name
            if is_file(path):
                check_inside(path, here)
                if name == OWN or _is_ours(path):
                    return path
    return None


def _is_ours(path: Path) -> bool:
    """Whether a file that all tools share has anything for us."""
    source = open_toml(path)
    # Most projects have nothing; then TOML's reader need not be imported to see that.
    if "cnnanalyze" not in source.text:
        return False
    tools = table_at(parse(source), ("tool",)) or {}
    return "cnnanalyze" in tools


def open_table(path: Path, table: str) -> Mapping:
    """Return a table of a configuration; an empty one if it has none.

    Raises
    ------
    UsageError
        If the file cannot be read, or if something stands at its top that nobody reads.
    """
    source = open_toml(path)
    found = _read_top(source, path.name).get(table)
    return found if isinstance(found, Mapping) else Mapping((), Mark(source, 1, 1))


def _read_top(source: Source, name: str) -> dict[str, Any]:
    faults = Faults()
    *above, last = FILES.get(name, ()) or ("",)
    tree = tree_of(source, *above)
    found = bind_entries(tree.get(last) if last else tree, TOP, "the configuration", faults)
    faults.raise_if_any(UsageError)
    return found


# --- what a configuration may reach --------------------------------------------------------------


def root_of(folder: Path) -> Path:
    """Return the root of the repository that a folder lies in; the folder itself if in none."""
    here = folder.absolute()
    return next((p for p in (here, *here.parents) if exists(p / ".git")), here)


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path stays in the repository of a folder, all links followed."""
    return resolved(path).is_relative_to(resolved(root_of(folder)))


def check_inside(path: Path, folder: Path) -> None:
    """Refuse a configuration that is a link out of its repository."""
    if path.is_symlink() and not is_inside(path, folder):
        raise UsageError(
            f"the configuration {shown(path)} is a link to a file outside of "
            f"{shown(root_of(folder))}",
            help="a configuration must be in the repository or folder that it applies to",
        )


# --- the files in folders ------------------------------------------------------------------------


def read_folders(path: Path) -> dict[str, tuple[str, ...]]:
    """Return what a configuration says of the files in folders: patterns by key.

    Raises
    ------
    UsageError
        If something is not a list of patterns, with its place.
    """
    top = _read_top(open_toml(path), path.name)
    return {key: said for key, said in top.items() if key in FOLDERS}
