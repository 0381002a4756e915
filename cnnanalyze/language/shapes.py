"""Shapes as a spec writes them: ``224x224x3``, ``120``."""

from __future__ import annotations

import re

from cnnanalyze.core.tree import Scalar, Tree

_EXTENTS = re.compile(r"\s*[0-9]{1,20}\s*(?:[x×]\s*[0-9]{1,20}\s*){0,9}")
EXTENTS = r"^\s*[0-9]{1,20}\s*([x×]\s*[0-9]{1,20}\s*){0,9}(?![\s\S])"
"""The pattern of a shape as somebody printed it."""


def parse_text(text: str) -> tuple[int, ...] | None:
    """Return the numbers of ``28x28x6``, or nothing if the text is no shape.

    Examples
    --------
    >>> parse_text("28x28x6"), parse_text("120"), parse_text("28 by 28")
    ((28, 28, 6), (120,), None)
    """
    if not _EXTENTS.fullmatch(text):
        return None
    return tuple(int(n) for n in re.split("[x×]", text))


def parse_extents(tree: Tree) -> tuple[int, ...] | None:
    """Return the numbers of a scalar such as ``28x28x6`` or ``120``, or nothing."""
    return parse_text(tree.text) if isinstance(tree, Scalar) else None
