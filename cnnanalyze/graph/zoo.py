"""The zoo: the networks that come with the package."""

from __future__ import annotations

from pathlib import Path

from cnnanalyze.core.files import exists
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError
from cnnanalyze.language.zoo import ZOO, house, zoo

__all__ = ["ZOO", "find_spec", "house", "zoo"]


def find_spec(name: str | Path) -> Path:
    """Return the file of a path or of ``zoo:NAME``.

    Raises
    ------
    UsageError
        If the zoo has no network of that name.
    """
    text = str(name)
    if not text.startswith(ZOO):
        if text.isidentifier() and not exists(text) and text in zoo():
            raise UsageError(
                f"there is no file {text}; did you mean '{ZOO}{text}'?",
                help="'cnnanalyze zoo' lists the networks that come along",
            )
        return Path(name)
    networks = zoo()
    wanted = text.removeprefix(ZOO)
    if wanted not in networks:
        raise UsageError(
            f"the zoo has no '{wanted}'{nearest(wanted, list(networks))}",
            help="'cnnanalyze zoo' lists what it has",
        )
    return networks[wanted]
