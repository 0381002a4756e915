"""Usage: which keys of a mapping have a bearing on anything, so that none is read and dropped."""

from __future__ import annotations

from collections.abc import Iterable

from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.tree import Mapping


class Usage:
    """Which keys of a mapping have a bearing on anything.

    Parameters
    ----------
    tree
        The mapping.
    known
        The keys that are of interest.
    faults
        Where to note those that have none.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.language.yaml import read
    >>> faults = Faults()
    >>> usage = Usage(read(Source("here", "{spec: net, input: 8x8x1}")), ("spec", "input"), faults)
    >>> usage.read("spec")
    >>> usage.finish("beside 'spec'")
    >>> [fault.message for fault in faults.sorted()]
    ["'input' is not read beside 'spec'"]
    """

    def __init__(self, tree: Mapping, known: Iterable[str], faults: Faults) -> None:
        self.tree = tree
        self.known = frozenset(known)
        self.faults = faults
        self._read: set[str] = set()

    def read(self, *keys: str) -> None:
        """Count keys as read, whoever read them."""
        self._read.update(keys)

    def finish(self, why: str, help: str = "") -> None:  # noqa: A002 - the word users read
        """Note every key that nobody read.

        Parameters
        ----------
        why
            Beside what, or for what, it has no bearing: the end of the sentence.
        help
            What to do.
        """
        for key, _ in self.tree.entries:
            if key.text in self.known and key.text not in self._read:
                self.faults.add(f"'{key.text}' is not read {why}", key.mark, help, code="SP003")
