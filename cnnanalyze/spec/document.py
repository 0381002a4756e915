"""Documents: a spec as it is written, with its sections told apart and its header checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Source
from cnnanalyze.layers.attributes import say
from cnnanalyze.spec.blocks import Block, check_defaults, read_blocks
from cnnanalyze.spec.faults import Faults
from cnnanalyze.spec.reader import open_source, read
from cnnanalyze.spec.sections import Budgets, Lint, Training, read_section
from cnnanalyze.spec.tree import Mapping, Scalar, Tree, plain

VERSION = 1

TEXTS = ("name", "family", "source", "about")
KEYS = (
    "cnn",
    *TEXTS,
    "year",
    "extends",
    "set",
    "input",
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
    tree: Mapping
    """All top-level keys, those of the extended specs included."""
    blocks: dict[str, Block]
    folder: Path | None = None
    """The folder in whose tree ``extends`` may name files."""
    settings: dict[str, Any] = field(default_factory=dict)
    """The parameters set by ``extends``' ``set``."""
    training: Training | None = None
    budgets: Budgets | None = None
    lint: Lint | None = None

    def text(self, key: str) -> str:
        """Return a header text such as ``name``, or nothing."""
        value = self.tree.get(key)
        return value.text if isinstance(value, Scalar) and value.value is not None else ""

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
    def defaults(self) -> Mapping | None:
        """The ``defaults:`` section."""
        found = self.tree.get("defaults")
        return found if isinstance(found, Mapping) else None


def read_document(source: Source, faults: Faults, folder: Path | None = None) -> Document | None:
    """Read a spec and what it extends; faults are noted, and nothing comes back if none can be made.

    Parameters
    ----------
    source
        The text.
    faults
        Where to note what is wrong.
    folder
        The folder in whose tree ``extends`` may name files; without one, ``extends`` is refused.
    """
    tree = _read_extended(source, faults, folder, ())
    if tree is None:
        return None
    _check_header(tree, faults)
    settings = tree.get("set")
    return Document(
        source=source,
        tree=tree,
        blocks=read_blocks(tree, faults),
        folder=folder,
        settings=_plain_settings(settings, faults),
        training=read_section(Training, tree.get("train"), "train", faults),
        budgets=read_section(Budgets, tree.get("budgets"), "budgets", faults),
        lint=read_section(Lint, tree.get("lint"), "lint", faults),
    )


def _read_extended(
    source: Source, faults: Faults, folder: Path | None, seen: tuple[Path, ...]
) -> Mapping | None:
    tree = read(source)
    if not isinstance(tree, Mapping):
        faults.add(
            "a spec must be a mapping with 'cnn', 'input' and 'layers'",
            tree.mark,
            help="begin the file with 'cnn: 1'",
        )
        return None
    base = tree.get("extends")
    if base is None:
        return tree
    path = _find_base(base, faults, folder, seen)
    if path is None:
        return None
    below = _read_extended(open_source(path), faults, path.parent, (*seen, path))
    return None if below is None else _lay_over(below, tree)


def _find_base(
    base: Tree, faults: Faults, folder: Path | None, seen: tuple[Path, ...]
) -> Path | None:
    if not isinstance(base, Scalar) or not isinstance(base.value, str):
        faults.add("'extends' must name a spec file", base.mark, help="extends: resnet50.yaml")
        return None
    if folder is None:
        faults.add(
            "'extends' needs a folder, and this text came from none",
            base.mark,
            help="save the spec to a file beside the one that it extends",
        )
        return None
    path = (folder / base.value).resolve()
    root = folder.resolve()
    if not path.is_relative_to(root):
        faults.add(
            f"'extends' may only name files in the folder tree of the spec, not '{base.value}'",
            base.mark,
            help=f"move the file into '{folder}'",
        )
        return None
    if path in seen or len(seen) >= EXTENSIONS:
        chain = " -> ".join(p.name for p in (*seen, path))
        faults.add(f"'extends' goes in a circle or too deep: {chain}", base.mark)
        return None
    if not path.is_file():
        names = sorted(p.name for p in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
        faults.add(
            f"there is no file '{base.value}' beside this spec{nearest(path.name, names)}",
            base.mark,
        )
        return None
    return path


_MERGED = ("params", "defaults", "blocks", "set")


def _lay_over(below: Mapping, above: Mapping) -> Mapping:
    """Lay a spec over the one that it extends; four sections merge, all others are replaced."""
    entries = {key.text: (key, value) for key, value in below.entries}
    for key, value in above.entries:
        known = entries.get(key.text)
        if known and key.text in _MERGED and isinstance(value, Mapping):
            old = known[1]
            merged = {k.text: (k, v) for k, v in old.entries} if isinstance(old, Mapping) else {}
            merged.update({k.text: (k, v) for k, v in value.entries})
            entries[key.text] = (key, Mapping(tuple(merged.values()), value.mark))
        else:
            entries[key.text] = (key, value)
    if not any(key.text == "expect" for key, _ in above.entries):
        entries.pop("expect", None)  # what was printed for the base does not speak of the variant
    return Mapping(tuple(entries.values()), above.mark)


def _check_header(tree: Mapping, faults: Faults) -> None:
    for key, value in tree.entries:
        if key.text not in KEYS:
            faults.add(
                f"unknown key '{key.text}'; known: {', '.join(KEYS)}{nearest(key.text, KEYS)}",
                key.mark,
            )
        elif key.text in TEXTS and not (isinstance(value, Scalar) and value.value is not None):
            faults.add(f"'{key.text}' must be a text, not {say(plain(value))}", value.mark)
    version = tree.get("cnn")
    if version is None:
        faults.add(
            "this spec does not say 'cnn: 1'",
            tree.mark,
            help="begin the file with 'cnn: 1', the version of the spec language",
        )
    elif not isinstance(version, Scalar) or version.value != VERSION:
        faults.add(
            f"this tool reads version {VERSION} of the spec language, not {say(plain(version))}",
            version.mark,
            help=f"write 'cnn: {VERSION}'",
        )
    year = tree.get("year")
    if year is not None and not (isinstance(year, Scalar) and type(year.value) is int):
        faults.add(f"'year' must be a whole number, not {say(plain(year))}", year.mark)
    for key in ("params", "defaults", "blocks", "set"):
        value = tree.get(key)
        if value is not None and not isinstance(value, Mapping):
            faults.add(f"'{key}' must be a mapping, not {say(plain(value))}", value.mark)
    for required in ("input", "layers"):
        if tree.get(required) is None:
            faults.add(f"this spec has no '{required}'", tree.mark, help=_HINTS[required])
    check_defaults(tree.get("defaults"), faults)


_HINTS = {
    "input": "say what goes in: 'input: 224x224x3' (height x width x channels)",
    "layers": "list the layers: 'layers: [{conv: {filters: 8, kernel: 3}}, relu]'",
}


def _plain_settings(tree: Tree | None, faults: Faults) -> dict[str, Any]:
    if not isinstance(tree, Mapping):
        return {}
    for key, value in tree.entries:
        if isinstance(value, Scalar) and isinstance(value.value, str) and "$" in value.value:
            faults.add(f"'set' takes plain values; '{key.text}' is an expression", value.mark)
    return {key.text: plain(value) for key, value in tree.entries}
