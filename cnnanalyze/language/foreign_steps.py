"""Foreign steps: how a layer of another framework is written as a step of a spec."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.tree import Mapping, Scalar, Tree, plain
from cnnanalyze.core.tree import Sequence as ListTree
from cnnanalyze.errors import Source
from cnnanalyze.language.step import RESERVED
from cnnanalyze.language.yaml import read
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.layers.synonyms import (
    Meaning,
    Synonym,
    attribute_of,
    entry_of,
    of_attribute,
    of_kind,
)


def of_step(
    word: str, kinds: Sequence[str], blocks: Collection[str] = (), given: Tree | None = None
) -> Meaning:
    """Say what an operation may be that does not exist, and how it is written.

    Parameters
    ----------
    word
        What is written.
    kinds
        The kinds of layers that there are.
    blocks
        The blocks of the spec.
    given
        What is written behind the word; it is carried over.

    Examples
    --------
    >>> of_step("dwconv", ["deconv", "depthwise"]).help
    "'dwconv' is written, for example, depthwise: {kernel: 3}"
    """
    meant = of_kind(word, kinds, blocks)
    if (found := meant.entry) is None:
        return meant
    if found.chosen and isinstance(given, Scalar) and isinstance(given.value, str):
        cls = KINDS.get(given.text)
        chosen = Synonym(cls.kind) if cls is not None else entry_of(given.text)
        if chosen is not None and chosen.ours:
            found, given = chosen._replace(note=found.note), None
    text, is_example, left = _step(found, given)
    notes = [found.note] if found.note else []
    example = ", for example," if is_example else ""
    help_text = "; ".join([f"'{word}' is written{example} {text}", *notes, *left])
    return Meaning(f"; did you mean '{found.kind}'?", help_text)


def _step(entry: Synonym, given: Tree | None) -> tuple[str, bool, list[str]]:
    """Return a step as text, whether values in it are an example, and what is said of the rest."""
    kind = entry.kind
    cls = KINDS.get(kind)
    example = plain(read(Source(kind, entry.ours)))
    values = example[kind] if isinstance(example, dict) else None
    if cls is None:
        return entry.ours, values is not None, []
    if isinstance(values, list) or cls.arity[1] is None:  # a join
        return _join(kind, given)
    ours: dict[str, object] = values or {}
    carried, left = _carried(cls, given)
    fixed = entry.fixed.split()
    if carried:
        required = [n for n, info in cls.model_fields.items() if info.is_required()]
        ours = {n: v for n, v in ours.items() if n in fixed or n in required}
    all_of_them = {**ours, **carried}
    inside = ", ".join(f"{name}: {_flow(value)}" for name, value in all_of_them.items())
    text = f"{kind}: {{{inside}}}" if inside else kind
    return text, not set(ours) <= {*carried, *fixed}, left


def _carried(cls: type[Layer], given: Tree | None) -> tuple[dict[str, object], list[str]]:
    """Return the values that are written by our words, and what is said of those that have none."""
    names = tuple(cls.model_fields)
    if isinstance(given, Mapping):
        carried: dict[str, object] = {}
        left = []
        for key, value in given.entries:
            if ours := attribute_of(key.text, names):
                carried.setdefault(ours, plain(value))
            else:
                meant = of_attribute(key.text, names, RESERVED)
                beside = f"'{meant.beside}' says it beside the operation" if meant.beside else ""
                left.append(f"'{key.text}': {meant.help or beside or 'there is no such attribute'}")
        return carried, left[:_MOST_SAID]
    if cls.principal and isinstance(given, Scalar) and given.value is not None:
        return {cls.principal: given.value}, []
    return {}, []


_MOST_SAID = 3
"""Of how many attributes that have no place a message speaks."""


def _join(kind: str, given: Tree | None) -> tuple[str, bool, list[str]]:
    """Return a join of what is written: of names, or of branches, which stay as they are."""
    if isinstance(given, Mapping):
        sources = (value for key, value in given.entries if key.text in _SOURCES)
        given = next(sources, None)
    if not isinstance(given, ListTree):
        return f"{kind}: [a, b]", True, []
    if all(isinstance(item, Scalar) for item in given.items):
        return f"{kind}: {_flow(plain(given))}", False, []
    return f"{kind}: [[...], [...]]", False, []


_SOURCES = ("from", "inputs", "input", "tensors")


def _flow(value: object) -> str:
    """Return a value as a spec has it."""
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return value if isinstance(value, str) else show_value(value)
