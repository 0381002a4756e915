"""Listings: files of ours that are a mapping with a version and one list, such as a table."""

from __future__ import annotations

from pathlib import Path

from cnnanalyze.core.diagnostics import Faults, refuse_unknown, said
from cnnanalyze.core.tree import Mapping, Scalar, Sequence
from cnnanalyze.errors import SpecError
from cnnanalyze.language.reader import open_source, read


def read_listing(
    path: Path, keys: tuple[str, ...], version: int, what: str, faults: Faults
) -> tuple[Mapping, Sequence]:
    """Read a file into its mapping and its list.

    Parameters
    ----------
    path
        The file.
    keys
        What the mapping takes: the word with the version first, the word of the list last.
    version
        The version that is read.
    what
        What messages call such a file.
    faults
        Where to note what can be passed over.

    Raises
    ------
    SpecError
        If there is no list to read, with every fault that was found on the way.
    """
    tree = read(open_source(path))
    first, last = keys[0], keys[-1]
    if not isinstance(tree, Mapping):
        faults.add(
            f"{what} must be a mapping with '{first}' and '{last}', not {said(tree)}",
            tree.mark,
            help=f"begin it with '{first}: {version}'",
        )
        raise SpecError(*faults.sorted())
    refuse_unknown(tree, keys, what, faults)
    given, listed = tree.get(first), tree.get(last)
    if not isinstance(given, Scalar) or given.value != version:
        mark = given.mark if given is not None else tree.mark
        faults.add(f"{what} must say its version, '{first}: {version}'", mark)
    if not isinstance(listed, Sequence):
        faults.add(f"{what} needs its '{last}'", listed.mark if listed else tree.mark)
        raise SpecError(*faults.sorted())
    return tree, listed
