"""Specs that a command line names: files, folders, patterns, the zoo, stdin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnanalyze.core.files import is_file, is_folder
from cnnanalyze.errors import CnnError, Source, UsageError

if TYPE_CHECKING:
    from cnnanalyze.graph.network import Network

STDIN = "-"
ENDINGS = (".yaml", ".yml")


def find(names: Sequence[str]) -> list[str]:
    """Return the specs that arguments name, each once, in order.

    Raises
    ------
    UsageError
        If a folder or a pattern holds no spec, or a name is empty.
    """
    found: list[str] = []
    for name in names:
        found += _expand(name)
    return list(dict.fromkeys(found))


def _expand(name: str) -> list[str]:
    if name == STDIN or name.startswith("zoo:"):
        return [name]
    if not name:  # an unset variable of a script, not the whole folder
        raise UsageError("the name of a spec is empty", help="name a file, a folder or zoo:NAME")
    path = Path(name)
    if is_folder(path):
        below = sorted(str(p) for p in path.rglob("*") if p.suffix in ENDINGS and is_file(p))
        if not below:
            raise UsageError(
                f"the folder '{name}' holds no specs",
                help=f"specs are files that end in {' or '.join(ENDINGS)}",
            )
        return below
    if has_magic(name) and not is_file(path):
        found = glob(name, recursive=True)  # noqa: PTH207 - patterns may be absolute
        matches = sorted(match for match in found if is_file(match))
        if not matches:
            raise UsageError(f"no file matches '{name}'", help="check the pattern and the folder")
        return matches
    return [name]


def load(name: str, settings: dict[str, Any]) -> Network:
    """Read one spec from a file, from the zoo or from stdin."""
    if name == STDIN:
        from cnnanalyze.core.files import read_stdin
        from cnnanalyze.graph.build import build

        return build(Source("<stdin>", read_stdin()), settings)
    from cnnanalyze.graph.build import load as load_file
    from cnnanalyze.graph.zoo import find_spec

    return load_file(find_spec(name), settings)


def load_all(
    names: Sequence[str], settings: dict[str, Any], failed: list[CnnError]
) -> Iterator[Network]:
    """Read specs one after the other; those that cannot be read are noted, and the rest go on."""
    for name in names:
        try:
            yield load(name, settings)
        except CnnError as error:
            failed.append(error)


def read_settings(given: Sequence[str] | None) -> dict[str, Any]:
    """Return the parameters of ``--set NAME=VALUE``; values are read as in a spec.

    Examples
    --------
    >>> read_settings(["width=0.5", "depths=[3, 4]", "act=relu"])
    {'width': 0.5, 'depths': [3, 4], 'act': 'relu'}
    """
    return dict(map(_read_setting, given or ()))


def _read_setting(text: str) -> tuple[str, Any]:
    from cnnanalyze.spec.reader import read
    from cnnanalyze.spec.tree import plain

    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise UsageError(
            f"--set takes NAME=VALUE, not '{text}'", help="for example --set width=0.5"
        )
    if "$" in value:
        raise UsageError(
            f"--set takes plain values, and '{value}' is an expression", help="give its result"
        )
    return name.strip(), plain(read(Source(f"--set {name.strip()}", value)))
