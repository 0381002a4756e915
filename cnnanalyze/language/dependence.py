"""Dependence: which parameters and which other steps a step of a spec reads.

It is told from the words of the text alone, and on the safe side: a step that is called closed
reads nothing of the network but what the step before it gives, and a parameter that is left out
cannot change it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, scalars
from cnnanalyze.language.document import Document
from cnnanalyze.language.expression_values import WORDS
from cnnanalyze.language.names import names_in
from cnnanalyze.layers.base import KINDS

_WORD = re.compile(r"[A-Za-z_]\w*")
_EXPRESSION = re.compile(r"\$\{[^{}]*\}|\$\w+")
"""What is replaced in a name, as the number in ``block$index``."""
_REFERENCES = frozenset({"from", "share"})
"""What names earlier steps, beside an operation."""
_VARIABLES = frozenset({"in", "index"})
"""What expressions may name everywhere."""


class Piece(NamedTuple):
    """Steps of a list that follow each other and read nothing of it but what comes in."""

    steps: Sequence
    is_open: bool = False
    """Whether they may read by name what lies outside of the list, what comes in among it."""


class Dependence:
    """What the steps of one document depend on.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> document = cnn.load("zoo:mobilenet_v2").document
    >>> dependence = Dependence(document)
    >>> stem, *rest = dependence.pieces(document.written.layers)
    >>> "width" in dependence.reads(stem.steps), "resolution" in dependence.reads(stem.steps)
    (True, False)
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._reads: dict[int, frozenset[str]] = {}
        self._called: dict[str, frozenset[str]] = {}
        self._pieces: dict[int, tuple[Piece, ...]] = {}
        written = document.written
        self._defaults = frozenset() if written.defaults is None else words_of(written.defaults)
        columns = set() if written.layers is None else _columns_in(written.layers)
        for block in document.blocks.values():
            columns |= _columns_in(block.layers) | set(block.param_names)
        parameters = {key.text for key, _ in document.param_trees}
        self._known = frozenset(columns | parameters | WORDS | _VARIABLES)

    def reads(self, tree: Tree) -> frozenset[str]:
        """Return every name that may stand for a parameter: in the steps and what they call."""
        first = tree.items[0] if isinstance(tree, Sequence) and tree.items else tree
        key = (id(first) << 20) + (len(tree.items) if isinstance(tree, Sequence) else 0)
        found = self._reads.get(key)
        if found is None:
            words = words_of(tree)
            called = (self.of_block(name) for name in self._blocks_in(tree, words))
            found = self._reads[key] = words.union(self._defaults, *called)
        return found

    def of_block(self, name: str) -> frozenset[str]:
        """Return every name that may stand for a parameter in a block and what it calls."""
        if name not in self._called:
            self._called[name] = frozenset()  # a block that calls itself is refused elsewhere
            block = self._document.blocks[name]
            trees: list[Tree] = [block.layers, *(tree for _, tree in block.params)]
            trees += [block.defaults] if block.defaults is not None else []
            own = frozenset[str]().union(*map(words_of, trees))
            called = {inner for tree in trees for inner in self._blocks_in(tree, own)}
            self._called[name] = own.union(self._defaults, *map(self.of_block, called))
        return self._called[name]

    def _blocks_in(self, tree: Tree, words: Iterable[str]) -> Collection[str]:
        """Return the blocks that steps may call; where an operation is an expression, all."""
        blocks = self._document.blocks
        if any("$" in text for text in _operations(tree)):
            return tuple(blocks)
        whole = {scalar.text for scalar in scalars(tree)}
        return [name for name in blocks if name in whole or name in words]

    def pieces(self, items: Sequence) -> tuple[Piece, ...]:
        """Cut a list of steps into pieces, as many as there can be."""
        found = self._pieces.get(id(items))
        if found is None:
            found = self._pieces[id(items)] = tuple(self._cut(items))
        return found

    def is_chain(self, items: Sequence) -> bool:
        """Whether each step of a list reads nothing but the one before it."""
        pieces = self.pieces(items)
        return len(pieces) == len(items.items) and not any(piece.is_open for piece in pieces)

    def _cut(self, items: Sequence) -> Iterator[Piece]:
        names: dict[str, int] = {}
        for number, tree in enumerate(items.items):
            for name in names_in(Sequence((tree,), tree.mark)):
                for word in _WORD.findall(_EXPRESSION.sub(" ", name)):
                    names.setdefault(word, number)
        starts: list[tuple[int, bool]] = []
        for number, tree in enumerate(items.items):
            first, is_open = self._first_read(tree, number, names)
            start = number
            while start > first:  # back to the piece in which that step lies
                start, was_open = starts.pop()
                is_open = is_open or was_open
            starts.append((start, is_open))
        ends = [*(start for start, _ in starts[1:]), len(items.items)]
        for (start, is_open), end in zip(starts, ends, strict=True):
            yield Piece(Sequence(items.items[start:end], items.items[start].mark), is_open)

    def _first_read(self, tree: Tree, number: int, names: dict[str, int]) -> tuple[int, bool]:
        """Return the first step of a list on which one depends by name: itself if on none.

        With it comes whether it may depend on something outside of the list.
        """
        first = number
        for text, is_reference in _mentions(tree):
            words = _WORD.findall(text)
            found = [
                names[n] for word in words for n in (word, word.rstrip("0123456789")) if n in names
            ]
            first = min([first, *found])
            is_named = (
                bool(found)
                if is_reference
                else all(
                    word in names or word.rstrip("0123456789") in names or self._is_known(word)
                    for word in words
                )
            )
            if "^" in text or not is_named:
                return 0, True
        return first, False

    def _is_known(self, word: str) -> bool:
        """Whether a word means something else than a step."""
        return word in self._known or word in self._document.blocks or word in KINDS.words()


def _columns_in(tree: Tree) -> set[str]:
    """Return the names of the columns of all tables, and of what is in them."""
    if isinstance(tree, Sequence):
        return set().union(*map(_columns_in, tree.items))
    if not isinstance(tree, Mapping):
        return set()
    table = tree.get("for")
    own = set(table.keys()) if isinstance(table, Mapping) else set()
    return own.union(*(_columns_in(value) for _, value in tree.entries))


def _operations(tree: Tree) -> Iterator[str]:
    """Yield the keys of all mappings of a tree, and the words of its lists: what may be called."""
    if isinstance(tree, Mapping):
        for key, value in tree.entries:
            yield key.text
            yield from _operations(value)
            if key.text == "else" and isinstance(value, Scalar):
                yield value.text
    elif isinstance(tree, Sequence):
        for item in tree.items:
            if isinstance(item, Scalar):
                yield item.text
            else:
                yield from _operations(item)


def _mentions(tree: Tree, *, is_reference: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield every text of a step that may name another one, and whether it certainly does.

    Words that are alone in a list may be branches; other words are attributes, unless there is an
    expression in them.
    """
    if isinstance(tree, Scalar):
        if is_reference or "$" in tree.text:
            yield tree.text, is_reference
    elif isinstance(tree, Sequence):
        for item in tree.items:
            if isinstance(item, Scalar) and isinstance(item.value, str) and not is_reference:
                yield item.text, False
            else:
                yield from _mentions(item, is_reference=is_reference)
    else:
        for key, value in tree.entries:
            if "$" in key.text:
                yield key.text, False
            if key.text != "as":
                yield from _mentions(value, is_reference=key.text in _REFERENCES)


def words_of_text(text: str) -> frozenset[str]:
    """Return the words in a text.

    Examples
    --------
    >>> sorted(words_of_text("make_divisible($width * 32)"))
    ['make_divisible', 'width']
    """
    return frozenset(_WORD.findall(text))


def words_of(tree: Tree) -> frozenset[str]:
    """Return every word of a tree."""
    return frozenset(word for scalar in scalars(tree) for word in _WORD.findall(scalar.text))
