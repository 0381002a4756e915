"""Reports: results as documents, pages and data. Rendering never touches analysis.

It may import ``course`` and below. Smallest example:
:mod:`~cnnanalyze.report.findings.rule_reference`.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError


def check_format(name: str, known: Sequence[str]) -> str:
    """Return the name of a format, or refuse it with the nearest known."""
    if name not in known:
        raise no_format(name, known)
    return name


def no_format(name: str, known: Sequence[str]) -> UsageError:
    """Return what to say of a format that there is not."""
    return UsageError(
        f"there is no format '{name}'{nearest(name, list(known))}",
        help=f"the formats are {', '.join(known)}",
    )
