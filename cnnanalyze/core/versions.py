"""The versions of all forms of data that are written or read: one registry.

A version grows only when a reader of the old form would be misled: a key that is new leaves it as
it is, a key that is gone or means something else does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

VERSIONS: Mapping[str, int] = MappingProxyType(
    {
        "spec": 1,
        "configuration": 1,
        "sheet": 1,
        "answers": 1,
        "facts": 1,
        "table": 1,
        "sweep_file": 1,
        "target": 1,
        "lint_baseline": 1,
        "budget_baseline": 1,
        "verification": 1,
        "summary": 1,
        "closed_forms": 1,
        "conventions": 1,
        "compare": 1,
        "verify": 1,
        "deploy": 1,
        "audit": 1,
        "budget": 1,
        "lint": 1,
        "explain": 1,
        "lecture_table": 1,
        "solve": 1,
        "grade": 1,
        "convolve": 1,
        "sweep": 1,
        "zoo": 1,
        "layers": 1,
        "rules": 1,
    }
)
"""The version of each form; outputs are called like the command that writes them."""
