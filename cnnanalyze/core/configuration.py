"""Configuration files: which one holds for a folder, and what may stand at its top.

Each part of the program reads its own table; what a file holds beside these tables is refused,
since a setting that nobody reads would be taken for one that holds.
"""

from __future__ import annotations

from pathlib import Path

from cnnanalyze.core.files import exists, is_file, resolved
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.toml import Keys, Located, open_toml, parse, shown, table_at
from cnnanalyze.errors import Fault, UsageError

OWN, SHARED = "cnnanalyze.toml", "pyproject.toml"
FILES: dict[str, Keys] = {OWN: (), SHARED: ("tool", "cnnanalyze")}
"""The files that are looked for, in this order, and where in them our tables stand."""
FOLDERS = {
    "exclude": "what is passed over in folders, instead of what is by itself",
    "extend-exclude": "additional exclusions",
    "include": "the files that are looked at in folders",
}
"""What may be said of the files in folders."""
TABLES = ("lint", "conventions")
KEYS = (*FOLDERS, *TABLES)
"""What may stand at the top."""
OF_LINT = (
    *("extend", "profile", "target", "select", "extend-select", "ignore", "severity"),
    *("per-file-ignores", "thresholds", "budgets", "rule", "fail-on", "max-warnings"),
)
"""What stands in the table of the linter, which reads it; known here to be told of if misplaced."""


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


def open_table(path: Path, *keys: str) -> Located:
    """Return a table of a configuration; an empty one if it has none.

    Raises
    ------
    UsageError
        If the file cannot be read, or if something stands at its top that nobody reads.
    """
    source = open_toml(path)
    top = _table(Located(source, parse(source), ()), FILES.get(path.name, ()))
    _check_top(top)
    return _table(top, keys)


def _table(found: Located, keys: Keys) -> Located:
    """Return the table below another that some keys lead to, or refuse what stands there."""
    for key in keys:
        table = found.table.get(str(key), {})
        if not isinstance(table, dict):
            name = found.name(str(key))
            raise found.wrong(
                f"'{key}' must be a table, not {table!r}", key, help=f"as in [{name}]"
            )
        found = Located(found.source, table, (*found.at, key))
    return found


def _check_top(top: Located) -> None:
    for key in top.table:
        if key in KEYS:
            continue
        if key in OF_LINT:
            raise top.wrong(
                f"'{key}' belongs under [{top.name('lint')}]",
                key,
                help="it has no effect here",
            )
        if key == "tool":
            raise top.wrong(
                f"tables of {Path(top.source.name).name} do not belong under 'tool'",
                key,
                help="write [lint] instead of [tool.cnnanalyze.lint], "
                f"or move the table into {SHARED}",
            )
        raise top.wrong(
            f"the configuration has no '{key}'{nearest(key, KEYS)}",
            key,
            help=f"it takes {', '.join(KEYS)}",
        )


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
        If something is no list of patterns, with its place.
    """
    from cnnanalyze.core.ignore_patterns import why_not  # noqa: PLC0415 - only where folders are searched

    top = open_table(path)
    said = {}
    for key in FOLDERS:
        if (value := top.table.get(key)) is None:
            continue
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise top.wrong(
                f"'{key}' must be a list of patterns, not {value!r}",
                key,
                help=f'{key} = ["old/", "*.draft.yaml"], as .gitignore has them',
            )
        for number, line in enumerate(value):
            if wrong := why_not(line):
                raise UsageError(Fault(wrong, top.value(key, number)))
        said[key] = tuple(value)
    return said
