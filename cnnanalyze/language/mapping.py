"""Keys: mappings that know which of their keys were read, so that none is ever dropped in silence.

Whoever reads a file of ours asks for its keys here. What nobody asked for is a fault at its place:
a word that is not known at all, with the nearest that is, or a word that is known but has no
bearing beside the others.
"""

from __future__ import annotations

from collections.abc import Iterable

from cnnanalyze.core.diagnostics import Faults, quoted, refuse_unknown, said
from cnnanalyze.core.tree import Mapping, Scalar, Tree, scalars, text_of
from cnnanalyze.errors import Mark


class Keys:
    """A mapping whose keys are taken one by one.

    Parameters
    ----------
    tree
        The mapping.
    what
        What messages call it: ``a fact``.
    known
        Every key that such a mapping may have; others are noted at once.
    faults
        Where to note what is wrong.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.language.reader import read
    >>> faults = Faults()
    >>> tree = read(Source("here", "{spec: net, input: 8x8x1, fnd: macs}"))
    >>> keys = Keys(tree, "a question", ("spec", "input", "find"), faults)
    >>> keys.text("spec")
    'net'
    >>> keys.finish("beside 'spec'")
    >>> for fault in faults.sorted():
    ...     print(fault.message)
    'input' is not read beside 'spec'
    a question has no 'fnd'; it takes spec, input, find; did you mean 'find'?
    """

    def __init__(self, tree: Mapping, what: str, known: Iterable[str], faults: Faults) -> None:
        self.tree = tree
        self.what = what
        self.known = tuple(known)
        self.faults = faults
        self._read: set[str] = set()
        refuse_unknown(tree, self.known, what, faults)

    def get(self, key: str) -> Tree | None:
        """Return the value of a key, or nothing; it counts as read."""
        assert key in self.known, f"{self.what} has no '{key}'"
        self._read.add(key)
        return self.tree.get(key)

    def text(self, key: str) -> str:
        """Return the word or text that a key has, or nothing; what is none is noted."""
        tree = self.get(key)
        if tree is not None and not isinstance(tree, Scalar):
            self.faults.add(f"'{key}' must be a text, not {said(tree)}", tree.mark, code="SP005")
        return text_of(tree)

    def read(self, *keys: str) -> None:
        """Count keys as read, whoever read them."""
        self._read.update(keys)

    def left(self) -> tuple[tuple[Scalar, Tree], ...]:
        """Return the known keys that nobody read."""
        return tuple(
            (key, value)
            for key, value in self.tree.entries
            if key.text in self.known and key.text not in self._read
        )

    def finish(self, why: str, help: str = "") -> None:  # noqa: A002 - the word users read
        """Note every key that nobody read.

        Parameters
        ----------
        why
            Beside what, or for what, it has no bearing: the end of the sentence.
        help
            What to do.
        """
        for key, _ in self.left():
            self.faults.add(f"'{key.text}' is not read {why}", key.mark, help, code="SP003")

    def refuse_both(self, *words: str, help: str = "") -> bool:  # noqa: A002
        """Note that of several keys only one may be given; return whether there are more."""
        given = [(k, v) for k, v in self.tree.entries if k.text in words]
        if len(given) > 1:
            self.read(*words)
            either = " or ".join(f"'{word}'" for word in words)
            self.faults.add(
                f"{self.what} has either {either}, not {quoted(k.text for k, _ in given)} at once",
                given[-1][0].mark,
                help,
            )
        return len(given) > 1


def refuse_synonyms(tree: Mapping, words: dict[str, str], what: str, faults: Faults) -> None:
    """Note keys that mean the same as another key of the mapping, such as ``n`` and ``input``."""
    first: dict[str, Scalar] = {}
    for key, _ in tree.entries:
        meant = words.get(key.text, key.text)
        known = first.setdefault(meant, key)
        if known is not key:
            faults.add(
                f"'{key.text}' and '{known.text}' of {what} are the same: give one of them",
                key.mark,
                code="SP003",
            )


def place_of(tree: Tree, message: str) -> Mark:
    """Return the place of the first word that a message quotes, or else of the whole.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.language.reader import read
    >>> str(place_of(read(Source("here", "{spec: net, layer: fc9}")), "net has no layer 'fc9'"))
    'here:1:20'
    """
    found = [w.mark for w in scalars(tree) if w.text and f"'{w.text}'" in message]
    return min(found, key=lambda mark: (mark.line, mark.column), default=tree.mark)
