"""Specs that a command line names: files, folders, patterns, the zoo, stdin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnanalyze.core.files import SPEC_ENDINGS, exists, is_folder
from cnnanalyze.core.spelling import count_of
from cnnanalyze.errors import CnnError, Source, UsageError

if TYPE_CHECKING:
    from cnnanalyze.cli.folders import Finder, Scan
    from cnnanalyze.language.spec import Spec

STDIN = "-"
_IN_A_FOLDER = f"specs are files that end in {' or '.join(SPEC_ENDINGS)}"
_BY_A_PATTERN = "check the pattern and the folder"


class Found(NamedTuple):
    """The specs that arguments name."""

    names: tuple[str, ...]
    """Each once, in order."""
    passed_over: int
    """How many other YAML files lie in the folders that were searched."""


def find(names: Sequence[str], scan: Scan | None = None) -> list[str]:
    """Return the specs that arguments name, each once, in order; remark what was passed over.

    Raises
    ------
    UsageError
        If a folder or a pattern holds no spec, or a name is empty.
    """
    found = search(names, scan)
    if found.passed_over:
        from cnnanalyze.cli.output import remark

        remark(f"remark: {passed_over(found.passed_over)}")
    return list(found.names)


def passed_over(count: int) -> str:
    """Say how many YAML files were left alone.

    Examples
    --------
    >>> passed_over(1), passed_over(2)
    ('1 other YAML file passed over', '2 other YAML files passed over')
    """
    return f"{count_of(count, 'other YAML file')} passed over"


def search(names: Sequence[str], scan: Scan | None = None) -> Found:
    """Return the specs that arguments name, and how many other YAML files were passed over.

    A file that is named is a spec, whatever stands in it; a file that was found in a folder or by a
    pattern is one if it looks like one.

    Raises
    ------
    UsageError
        If a folder or a pattern holds no spec, or a name is empty.
    """

    @cache
    def finder() -> Finder:  # most names are those of files, for which nobody needs one
        from cnnanalyze.cli.folders import Finder, Scan

        return Finder(scan or Scan())

    specs: dict[str, None] = {}
    others: set[Path] = set()
    for name in names:
        if name.startswith("zoo:") and has_magic(name):
            specs.update(dict.fromkeys(_of_zoo(name)))
            continue
        if name == STDIN or name.startswith("zoo:"):
            specs[name] = None
            continue
        if not name:  # an unset variable of a script, not the whole folder
            raise UsageError(
                "the name of a spec is empty", help="name a file, a folder or zoo:NAME"
            )
        path = Path(name)
        if name.endswith("/") and not (has_magic(name) or exists(path)):
            raise UsageError(
                f"there is no folder '{name}'", help="name a file, a folder or zoo:NAME"
            )
        is_pattern = has_magic(name) and not exists(path)
        if scan is not None and not is_pattern and finder().is_excluded(path):
            continue
        if is_folder(path):
            said = f"the folder '{name}' contains no specs"
            _sort(finder().below(path), specs, others, said, _IN_A_FOLDER)
        elif is_pattern:
            said = f"no file matches '{name}'"
            _sort(finder().matching(name), specs, others, said, _BY_A_PATTERN)
        else:
            specs[name] = None
    return Found(tuple(specs), len(others))


def _of_zoo(pattern: str) -> list[str]:
    """Return the networks that come along whose names fit a pattern such as ``zoo:res*``."""
    from fnmatch import filter as fitting

    from cnnanalyze.language.zoo import ZOO, zoo

    found = fitting(zoo(), pattern.removeprefix(ZOO))
    if not found:
        raise UsageError(
            f"no network of the zoo matches '{pattern}'", help="'cnnanalyze zoo' lists what it has"
        )
    return [f"{ZOO}{name}" for name in found]


def _sort(
    files: Sequence[Path], specs: dict[str, None], others: set[Path], message: str, help_: str
) -> None:
    """Sort files into specs and others, and refuse a place without any spec.

    What a front end reads is taken as a spec is.
    """
    from cnnanalyze.exchange.front_end import find as find_front_end
    from cnnanalyze.language.recognition import is_spec

    kinds = {path: find_front_end(path) is not None or is_spec(path) for path in files}
    specs.update((str(path), None) for path, is_one in kinds.items() if is_one)
    others.update(path for path, is_one in kinds.items() if not is_one)
    if kinds and not any(kinds.values()):
        raise UsageError(
            f"{message}: {passed_over(len(kinds))}",
            help="a spec begins with 'cnn:'; a file that is named explicitly is read in any case",
        )
    if not kinds:
        raise UsageError(message, help=help_)


def load(
    name: str,
    settings: dict[str, Any],
    *,
    open_sizes: bool = False,
    inputs: Mapping[str, Sequence[int]] | None = None,
    outputs: Sequence[str] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
) -> Spec:
    """Read one spec from a file, from the zoo or from stdin; it may leave sizes open if allowed.

    Of files of other programs, other inputs and outputs may be asked for, and extents told. What
    such a file is besides its network is noted.
    """
    if name == STDIN:
        from cnnanalyze.core.files import read_stdin
        from cnnanalyze.language.build import build

        return build(Source("<stdin>", read_stdin()), settings, open_sizes=open_sizes)
    from cnnanalyze.exchange.load import load as load_file
    from cnnanalyze.language.zoo import find_spec

    spec = load_file(
        find_spec(name),
        settings,
        open_sizes=open_sizes,
        inputs=inputs,
        outputs=outputs,
        shapes=shapes,
    )
    for note in spec.notes:
        from cnnanalyze.cli.output import remark

        remark(f"note: {name}: {note}")
    return spec


def load_all(
    names: Sequence[str],
    settings: dict[str, Any],
    failed: list[CnnError],
    *,
    open_sizes: bool = False,
) -> Iterator[Spec]:
    """Read specs one after the other; those that cannot be read are noted, and the rest go on."""
    for name in names:
        try:
            yield load(name, settings, open_sizes=open_sizes)
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
    from cnnanalyze.core.tree import plain
    from cnnanalyze.language.yaml import read

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


def read_sizes(given: Sequence[str] | None, option: str = "--input") -> dict[str, tuple[int, ...]]:
    """Return the extents of values of ``--input NAME=SHAPE``.

    Examples
    --------
    >>> read_sizes(["x=3x224x224", "mask=10"])
    {'x': (3, 224, 224), 'mask': (10,)}
    """
    return dict(_read_size(text, option) for text in given or ())


_MOST_EXTENTS = 6
_MOST_DIGITS = 12


def _read_size(text: str, option: str) -> tuple[str, tuple[int, ...]]:
    name, _, shape = text.rpartition("=")
    extents = shape.split("x")
    if (
        not name.strip()
        or len(extents) > _MOST_EXTENTS
        or not all(n.isascii() and n.isdigit() and len(n) <= _MOST_DIGITS for n in extents)
        or not all(map(int, extents))
    ):
        raise UsageError(
            f"{option} takes NAME=SHAPE, not '{text}'", help=f"for example {option} x=3x224x224"
        )
    return name.strip(), tuple(map(int, extents))
