"""Which files hold weights, or list them, and what reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath

from cnnanalyze.exchange.weights.listing import read_listing
from cnnanalyze.exchange.weights.safetensors import read_safetensors
from cnnanalyze.exchange.weights.tensors import StoredTensors

_READERS: dict[str, Callable[[Path], StoredTensors]] = {
    ".safetensors": read_safetensors,
    ".safetensors.index.json": read_safetensors,
    ".shapes.json": read_listing,
    ".csv": read_listing,
    ".txt": read_listing,
}
ENDINGS = tuple(_READERS)
"""How the names of such files end."""


def is_weights(given: object) -> bool:
    """Whether this names a file of weights, or a list of them.

    Examples
    --------
    >>> is_weights("model.safetensors"), is_weights("state.txt"), is_weights("net.yaml")
    (True, True, False)
    """
    return isinstance(given, str | PurePath) and str(given).lower().endswith(ENDINGS)


def read_weights(path: str | Path) -> StoredTensors:
    """Return the tensors of a file that :func:`is_weights` knows.

    Raises
    ------
    SpecError
        If it is no such file.
    FileError
        If there is no such file.
    """
    name = str(path).lower()
    return next(reader for ending, reader in _READERS.items() if name.endswith(ending))(Path(path))
