"""Names: what layers, blocks and inputs may be called."""

from __future__ import annotations

import re

LONGEST_NAME = 100
"""The most characters of a name."""
_NAME = re.compile(r"(?=.*[^\W\d_])\w[\w.-]*")


def is_name(text: str) -> bool:
    """Whether a text may name a layer or a block.

    Examples
    --------
    >>> is_name("conv1_2"), is_name("1x1"), is_name("12"), is_name("a/b")
    (True, True, False, False)
    """
    return len(text) <= LONGEST_NAME and _NAME.fullmatch(text) is not None
