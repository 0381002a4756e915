"""Dependence: which parameters and which other steps a step of a spec reads.

It is told from the words of the text alone, and on the safe side: a step that is called closed
reads nothing of the network but what the step before it gives, and a parameter that is left out
cannot change it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, scalars
from cnnanalyze.language.document import Document
from cnnanalyze.language.names import names_in
from cnnanalyze.layers.base import KINDS

_WORD = re.compile(r"[A-Za-z_]\w*")
_NUMBERED = re.compile(r"[A-Za-z_]\w*\d")
"""What a step may be called that has no name of its own: ``conv1``."""
_REFERENCES = frozenset({"from", "share"})
"""What names earlier steps, beside an operation."""


class Dependence:
    """What the steps of one document depend on.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> document = cnn.load("zoo:mobilenet_v2").document
    >>> dependence = Dependence(document)
    >>> stem, stages, *rest = dependence.pieces(document.written.layers, ("input",))
    >>> "width" in dependence.reads(stem), "resolution" in dependence.reads(stem)
    (True, False)
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._reads: dict[int, frozenset[str]] = {}
        self._called: dict[str, frozenset[str]] = {}
        self._pieces: dict[int, tuple[Sequence, ...]] = {}
        defaults = document.written.defaults
        self._defaults = frozenset() if defaults is None else words_of(defaults)

    def reads(self, tree: Tree) -> frozenset[str]:
        """Return every name that may stand for a parameter: in the steps and what they call."""
        found = self._reads.get(id(tree))
        if found is None:
            words = words_of(tree)
            called = (self.of_block(name) for name in self._blocks_in(tree, words))
            found = self._reads[id(tree)] = words.union(self._defaults, *called)
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
        """Return the blocks that steps may call; an operation that is an expression, all."""
        blocks = self._document.blocks
        if any("$" in key for key in _keys(tree)):
            return tuple(blocks)
        whole = {scalar.text for scalar in scalars(tree)}
        return [name for name in blocks if name in whole or name in words]

    def pieces(self, items: Sequence, inputs: Iterable[str]) -> tuple[Sequence, ...]:
        """Cut a list of steps into pieces that read nothing of it but what comes in before them.

        Parameters
        ----------
        items
            The steps.
        inputs
            What they may call what comes in.
        """
        found = self._pieces.get(id(items))
        if found is None:
            found = self._pieces[id(items)] = tuple(self._cut(items, frozenset(inputs)))
        return found

    def _cut(self, items: Sequence, inputs: frozenset[str]) -> Iterable[Sequence]:
        names: dict[str, int] = {}
        for number, tree in enumerate(items.items):
            for name in names_in(Sequence((tree,), tree.mark)):
                for word in words_of_text(name):
                    names.setdefault(word, number)
        starts: list[int] = []
        for number, tree in enumerate(items.items):
            first = self._first_read(tree, number, names, inputs)
            while starts and starts[-1] > first:
                starts.pop()
            starts += [number] if first == number else [first] if first not in starts else []
        ends = [*starts[1:], len(items.items)]
        for start, end in zip(starts, ends, strict=True):
            yield Sequence(items.items[start:end], items.items[start].mark)

    def _first_read(
        self, tree: Tree, number: int, names: dict[str, int], inputs: frozenset[str]
    ) -> int:
        """Return the first step of the list on which a step depends by name; itself if on none."""
        first = number
        for text, is_reference in _mentions(tree):
            words = words_of_text(text)
            if "^" in text or words & inputs or (is_reference and not words & names.keys()):
                return 0
            for word in words:
                if word in names:
                    first = min(first, names[word])
                elif _NUMBERED.fullmatch(word) and not self._is_known(word):
                    return 0
        return first

    def _is_known(self, word: str) -> bool:
        """Whether a word that ends in a number is no running name of a step."""
        parameters = (key.text for key, _ in self._document.param_trees)
        return (
            word in KINDS.words()
            or word in self._document.blocks
            or word in parameters
            or any(word in block.param_names for block in self._document.blocks.values())
        )


def _keys(tree: Tree) -> Iterable[str]:
    """Yield the keys of all mappings of a tree, and the words of its lists: what may be called."""
    if isinstance(tree, Mapping):
        for key, value in tree.entries:
            yield key.text
            yield from _keys(value)
    elif isinstance(tree, Sequence):
        for item in tree.items:
            if isinstance(item, Scalar):
                yield item.text
            else:
                yield from _keys(item)


def _mentions(tree: Tree, *, is_reference: bool = False) -> Iterable[tuple[str, bool]]:
    """Yield every text of a step that may name another step, and whether it certainly does."""
    if isinstance(tree, Scalar):
        yield tree.text, is_reference
    elif isinstance(tree, Sequence):
        for item in tree.items:
            yield from _mentions(item, is_reference=is_reference)
    else:
        for key, value in tree.entries:
            if key.text != "as":
                yield key.text, False
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
