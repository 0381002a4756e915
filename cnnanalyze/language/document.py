"""Documents: a spec as it is written, its sections told apart; and whether a text is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from cnnanalyze.core.binding import bind, is_empty
from cnnanalyze.core.diagnostics import Faults, quoted, said, say
from cnnanalyze.core.files import (
    MOST_BYTES,
    SPEC_ENDINGS,
    FileError,
    ReadFailure,
    is_file,
    is_folder,
    read_bytes,
    resolved,
)
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping, Scalar, Tree, plain, text_of
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import Mark, Source
from cnnanalyze.language.blocks import Block, check_defaults, check_names, read_blocks
from cnnanalyze.language.step import has_expression
from cnnanalyze.language.yaml import LOADER, follow, open_source
from cnnanalyze.language.zoo import ZOO, house, zoo
from cnnanalyze.layers.synonyms import near_key

if TYPE_CHECKING:
    from cnnanalyze.graph.training import Training
    from cnnanalyze.language.sections import Budgets, Lint

VERSION = VERSIONS["spec"]

TEXTS = ("name", "family", "source", "about")
KEYS = (
    "cnn",
    *TEXTS,
    "year",
    "extends",
    "set",
    "input",
    "inputs",
    "params",
    "defaults",
    "blocks",
    "layers",
    "outputs",
    "expect",
    "train",
    "budgets",
    "lint",
)
EXTENSIONS = 10
"""How long a chain of ``extends`` may be."""


@dataclass(frozen=True)
class Document:
    """A spec as it is written, after ``extends``; nothing is expanded yet."""

    source: Source
    tree: Mapping = field(compare=False)
    """All top-level keys, those of the extended specs included."""
    blocks: dict[str, Block]
    folder: Path | None = None
    """The folder in whose tree ``extends`` may name files."""
    settings: dict[str, tuple[Any, Mark]] = field(default_factory=dict)
    """The parameters that ``set`` gives to the extended spec, with their places."""
    training: Training | None = None
    budgets: Budgets | None = None
    lint: Lint | None = None

    def text(self, key: str) -> str:
        """Return a header text such as ``name``, or nothing."""
        return text_of(self.tree.get(key))

    @property
    def name(self) -> str:
        """The network's name: the header's, or else the file's."""
        return self.text("name") or Path(self.source.name).stem

    @property
    def year(self) -> int | None:
        """The year in the header."""
        value = self.tree.get("year")
        return value.value if isinstance(value, Scalar) and isinstance(value.value, int) else None

    @property
    def param_trees(self) -> tuple[tuple[Scalar, Tree], ...]:
        """The top-level parameters with what is written for them."""
        params = self.tree.get("params")
        return params.entries if isinstance(params, Mapping) else ()

    @property
    def going_in(self) -> Tree | None:
        """What is written for the input, or for several."""
        found = self.tree.get("input")
        return self.tree.get("inputs") if found is None else found

    @property
    def defaults(self) -> Mapping | None:
        """The ``defaults:`` section."""
        found = self.tree.get("defaults")
        return found if isinstance(found, Mapping) else None


def read_document(
    source: Source,
    faults: Faults,
    folder: Path | None = None,
    *,
    written: Faults | None = None,
    keep_last: bool = False,
) -> Document | None:
    """Read a spec and what it extends; faults are noted, and nothing comes back if none is made.

    Parameters
    ----------
    source
        The text.
    faults
        Where to note what is wrong.
    folder
        The folder in whose tree ``extends`` may name files; without one, ``extends`` is refused.
    written
        Where to note what is wrong with the YAML, if that is told apart from what it says.
    keep_last
        Which value stays of a key that is written twice: the last one, or else the first.

    Raises
    ------
    SpecError
        If an extended spec cannot be opened.
    """
    written = faults if written is None else written
    tree = _read_extended(source, faults.under("SP018"), folder, written, keep_last=keep_last)
    if tree is None:
        return None
    faults = faults.under("SP014")
    _check_header(tree, faults)
    return Document(
        source=source,
        tree=tree,
        blocks=read_blocks(tree, faults),
        folder=folder,
        settings=_read_settings(tree, faults.under("SP018")),
        training=_read_training(tree.get("train"), faults),
        budgets=_read_budgets(tree.get("budgets"), faults),
        lint=_read_lint(tree.get("lint"), faults),
    )


def open_document(path: Path) -> Document:
    """Read a spec file as it is written, which takes a tenth of the time of making its network.

    Raises
    ------
    SpecError
        With every fault that shows before the spec is expanded.

    Examples
    --------
    >>> document = open_document(zoo()["vgg16"])
    >>> document.text("family"), document.year
    ('VGG', 2014)
    """
    faults = Faults()
    document = read_document(open_source(path), faults, path.parent)
    faults.raise_if_any()
    assert document is not None
    return document


def _read_training(section: Tree | None, faults: Faults) -> Training | None:
    if section is None:
        return None
    from cnnanalyze.graph.training import Training  # noqa: PLC0415 - making the class takes time

    return bind(section, Training, "'train'", faults)


def _read_lint(section: Tree | None, faults: Faults) -> Lint | None:
    if section is None:
        return None
    from cnnanalyze.language.sections import Lint  # noqa: PLC0415 - as above

    return bind(section, Lint, "'lint'", faults)


def _read_budgets(section: Tree | None, faults: Faults) -> Budgets | None:
    if section is None:
        return None
    from cnnanalyze.language.sections import read_budgets  # noqa: PLC0415 - few specs have budgets

    return read_budgets(section, faults)


# --- extends -------------------------------------------------------------------------------------


def _read_extended(
    source: Source, faults: Faults, folder: Path | None, written: Faults, *, keep_last: bool
) -> Mapping | None:
    """Read a spec and lay it over the one that it extends, which may extend another."""
    layers: list[Mapping] = []
    root = here = folder
    seen = () if folder is None else (resolved(folder) / Path(source.name).name,)
    while True:
        tree = follow(source, written, keep_last=keep_last)
        if tree is None:
            return None
        if not isinstance(tree, Mapping):
            faults.add(
                f"a spec must be a mapping with 'cnn', 'input' and 'layers', not {said(tree)}",
                tree.mark,
                help="begin the file with 'cnn: 1'",
                code="SP014",
            )
            return None
        layers.append(tree)
        base = tree.get("extends")
        if base is None:
            break
        if _is_zoo(base):  # what a network of the zoo extends in turn lies there, too
            root = here = house()
        path = _find_base(base, faults, root, here, seen)
        if path is None:
            return None
        source, here, seen = open_source(path), path.parent, (*seen, path)
    merged = layers.pop()
    while layers:
        merged = _lay_over(merged, layers.pop())
    return merged


def _find_base(
    base: Tree, faults: Faults, root: Path | None, here: Path | None, seen: tuple[Path, ...]
) -> Path | None:
    """Return the file that ``extends`` names, if it lies in the folder tree of the first spec.

    A network of the zoo is named as on the command line, ``zoo:NAME``, and may be anywhere.
    """
    if not isinstance(base, Scalar) or not isinstance(base.value, str) or not base.value.strip():
        faults.add(
            f"'extends' must name a spec file, not {said(base)}",
            base.mark,
            help="extends: resnet50.yaml",
        )
        return None
    if root is None or here is None:
        faults.add(
            "'extends' names a file, but this text came from none",
            base.mark,
            help="save the spec to a file beside the one that it extends; "
            "'extends: zoo:NAME' needs none",
        )
        return None
    path = resolved(here / base.value)
    if _is_zoo(base):
        networks, name = zoo(), base.value.removeprefix(ZOO)
        if name not in networks:
            faults.add(
                f"the zoo has no {say(name)}{nearest(name, tuple(networks))}",
                base.mark,
                help="'cnnanalyze zoo' lists what it has",
            )
            return None
        path = resolved(networks[name])
    if not path.is_relative_to(resolved(root)):
        faults.add(
            f"'extends' may only name files in the folder tree of the spec, not {say(base.value)}",
            base.mark,
            help="move the extended spec into the folder of this one, or below it",
        )
        return None
    if path in seen:
        circle = " -> ".join(p.name for p in (*seen[seen.index(path) :], path))
        faults.add(
            f"circular 'extends': {circle}",
            base.mark,
            help="one of these specs must not extend another",
        )
        return None
    if len(seen) > EXTENSIONS:
        faults.add(f"a chain of 'extends' may have at most {EXTENSIONS} links", base.mark)
        return None
    if not is_file(path):
        names = sorted(p.name for p in path.parent.glob("*.yaml")) if is_folder(path.parent) else []
        faults.add(
            f"there is no file {say(base.value)} beside this spec{nearest(path.name, names)}",
            base.mark,
        )
        return None
    return path


def _is_zoo(base: Tree) -> bool:
    return isinstance(base, Scalar) and isinstance(base.value, str) and base.value.startswith(ZOO)


_MERGED = ("params", "defaults", "blocks", "set")


def _lay_over(below: Mapping, above: Mapping) -> Mapping:
    """Lay a spec over the one that it extends.

    Parameters, blocks and settings are merged by name, defaults by kind and attribute; every other
    section is replaced whole. Claims are never taken over: what was printed for the base does not
    speak of the variant.
    """
    replaced = {"expect", *(_GOING_IN if any(map(above.get, _GOING_IN)) else ())}
    entries = {k.text: (k, value) for k, value in below.entries if k.text not in replaced}
    for key, value in above.entries:
        known = entries.get(key.text)
        if known is not None and key.text in _MERGED:
            value = _merged(known[1], value, deep=key.text == "defaults")  # noqa: PLW2901 - merged in place
        entries[key.text] = (key, value)
    return Mapping(tuple(entries.values()), above.mark)


def _merged(below: Tree, above: Tree, *, deep: bool) -> Tree:
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above
    entries = {key.text: (key, value) for key, value in below.entries}
    for key, value in above.entries:
        known = entries.get(key.text)
        laid = _merged(known[1], value, deep=False) if deep and known is not None else value
        entries[key.text] = (key, laid)
    return Mapping(tuple(entries.values()), above.mark)


# --- the header ----------------------------------------------------------------------------------


def _check_header(tree: Mapping, faults: Faults) -> None:
    if tree.get("cnn") is None and (sheet := tree.get("sheet")) is not None:
        faults.add(
            "this is a sheet of questions, not the spec of a network",
            sheet.mark,
            help="'cnnanalyze solve' answers a sheet; a spec begins with 'cnn: 1'",
            code="SP015",
        )
        return
    for key, value in tree.entries:
        if key.text not in KEYS:
            near = near_key(key.text, "top", KEYS)
            faults.add(
                f"unknown key '{key.text}' in a spec; known: {', '.join(KEYS)}{near}",
                key.mark,
                code="SP003",
            )
        elif key.text in TEXTS and not (isinstance(value, Scalar) and value.value is not None):
            faults.add(f"'{key.text}' must be a text, not {said(value)}", value.mark)
        elif key.text in _MERGED and not _is_mapping(value):
            faults.add(f"'{key.text}' must be a mapping, not {said(value)}", value.mark)
    only, several = tree.get("input"), tree.get("inputs")
    if only is not None and several is not None:
        last = max(
            (key.mark for key, _ in tree.entries if key.text in _GOING_IN),
            key=lambda mark: mark.position,
        )
        faults.add(
            "a spec has either 'input' or 'inputs', not both",
            last,
            help="'input: 224x224x3' is the short form of one input; write all under 'inputs'",
        )
    given = {key.text for key, _ in tree.entries} | ({"input"} if several is not None else set())
    if missing := [key for key in _REQUIRED if key not in given]:
        faults.add(
            f"this spec has no {quoted(missing)}",
            tree.mark,
            help="; ".join(_REQUIRED[key] for key in missing),
            code="SP015",
        )
    version = tree.get("cnn")
    if version is not None and (
        not isinstance(version, Scalar) or version.value is True or version.value != VERSION
    ):
        faults.add(
            f"this tool reads version {VERSION} of the spec language, not {said(version)}",
            version.mark,
            help=f"write 'cnn: {VERSION}'",
        )
    year = tree.get("year")
    if year is not None and not (isinstance(year, Scalar) and type(year.value) is int):
        faults.add(f"'year' must be a whole number, not {said(year)}", year.mark)
    params = tree.get("params")
    if isinstance(params, Mapping):
        check_names([key for key, _ in params.entries], "a parameter", faults)
    check_defaults(tree.get("defaults"), faults)


_GOING_IN = ("input", "inputs")
"""The keys that say what goes in, of which a spec has one."""


_REQUIRED = {
    "cnn": "begin the file with 'cnn: 1', the version of the spec language",
    "input": "say what goes in: 'input: 224x224x3' (height x width x channels)",
    "layers": "list the layers: 'layers: [{conv: {filters: 8, kernel: 3}}, relu]'",
}


def _is_mapping(tree: Tree) -> bool:
    """Whether a section is a mapping, or left empty."""
    return isinstance(tree, Mapping) or is_empty(tree)


def _read_settings(tree: Mapping, faults: Faults) -> dict[str, tuple[Any, Mark]]:
    section = tree.get("set")
    if not isinstance(section, Mapping):
        return {}
    if tree.get("extends") is None:
        faults.add(
            "'set' changes the parameters of an extended spec, but this one has no 'extends'",
            section.mark,
            help="write the values under 'params'",
        )
        return {}
    settings = {}
    for key, value in section.entries:
        if has_expression(value):
            faults.add(f"'set' takes plain values, but '{key.text}' is an expression", value.mark)
        else:
            settings[key.text] = (plain(value), value.mark)
    return settings


LARGEST = 20_000_000
"""The largest file that is looked into."""
_SURE = frozenset({"cnn", "layers"})
_WORDS = (b"cnn", b"layers", b"extends")


def is_spec(path: Path) -> bool:
    """Whether a YAML file that was found in a folder is a spec.

    It is if it has ``cnn:``, ``layers:`` or our ``extends:`` at its top, or if it is no YAML and
    has a line that begins with ``cnn:``. What cannot be read at all is taken for one, so that it is
    told of.
    """
    return _is_spec(path, EXTENSIONS)


def _is_spec(path: Path, links: int) -> bool:
    try:
        data = read_bytes(path, LARGEST)
    except FileError as error:
        return error.reason is not ReadFailure.LARGE
    return _looks_like_one(data, path.parent, links)


def looks_like_spec(text: str, folder: Path | None = None) -> bool:
    r"""Whether a text is a spec, by what :func:`is_spec` says.

    Parameters
    ----------
    text
        The text.
    folder
        Where ``extends`` looks for files.

    Examples
    --------
    >>> looks_like_spec("cnn: 1\nlayers: []\n"), looks_like_spec("on: push\n")
    (True, False)
    """
    return _looks_like_one(text.encode(errors="replace"), folder or Path(), EXTENSIONS)


def _looks_like_one(data: bytes, folder: Path, links: int) -> bool:
    if not any(word in data for word in _WORDS):
        return False
    if len(data) > MOST_BYTES:  # too large for a spec, which is to be told of if it is one
        return _begins(data)
    try:
        top = dict(_top(data.decode("utf-8-sig")))
    except (UnicodeDecodeError, yaml.YAMLError):
        return _begins(data)
    if not _SURE.isdisjoint(top):
        return True
    base = top.get("extends")
    return base is not None and _extends(folder, base, frozenset(top), links)


def _begins(data: bytes) -> bool:
    """Whether a line of a text begins with ``cnn:``."""
    return any(line.startswith(b"cnn:") for line in data.removeprefix(b"\xef\xbb\xbf").splitlines())


def _extends(folder: Path, base: str, keys: frozenset[str], links: int) -> bool:
    """Whether ``extends`` is ours, which other tools have, too: it leads to a spec.

    Where it leads to nothing below this folder, the other keys tell whose file it is.
    """
    if base.startswith(ZOO):
        return True
    if not base.endswith(SPEC_ENDINGS):
        return False
    other = resolved(folder / base)
    if links and other.is_relative_to(resolved(folder)) and is_file(other):
        return _is_spec(other, links - 1)
    return keys.issubset(KEYS)


def _top(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the keys at the top of a text, with those values that are words; no more is read."""
    depth = 0
    key: str | None = None
    event: Any
    for event in yaml.parse(text, Loader=LOADER):
        kind = type(event)
        if kind in _FRAME:
            if kind is yaml.DocumentEndEvent:
                return
            continue
        if not depth and kind is not yaml.MappingStartEvent:
            return
        at_top = depth == 1
        depth += (kind in _STARTS) - (kind in _ENDS)
        if not at_top or kind in _ENDS:
            continue
        if key is None:
            key = event.value if kind is yaml.ScalarEvent else ""
            if key in _SURE:  # what comes behind may be broken: that is to be told
                yield key, None
                return
        else:
            yield key, event.value if kind is yaml.ScalarEvent else None
            key = None


_STARTS = {yaml.MappingStartEvent, yaml.SequenceStartEvent}
_ENDS = {yaml.MappingEndEvent, yaml.SequenceEndEvent}
_FRAME = {
    *(yaml.StreamStartEvent, yaml.StreamEndEvent),
    *(yaml.DocumentStartEvent, yaml.DocumentEndEvent),
}
