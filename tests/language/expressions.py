"""What expressions are tried on: names with their values, and a place in a line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from cnnanalyze.errors import Mark, Source
from cnnanalyze.language.expression import UNKNOWN, interpolate, parse

SCOPE: dict[str, object] = {
    "in": 64,
    "width": 7,
    "ratio": 2.5,
    "act": "relu",
    "sizes": [3, 5, 11],
    "off": False,
    "none": None,
    "x": SimpleNamespace(attributes={"channels": 13, "size": [17, 19]}),
    "lost": UNKNOWN,
}
LEAD = "  - conv: {filters: "


def mark_of(text: str) -> Mark:
    """Return the mark of a text that stands in the middle of a line."""
    source = Source("net.yaml", f"cnn: 1\n{LEAD}{text}}}")
    return Mark(source, 2, len(LEAD) + 1, len(text))


def value_of(text: str) -> Any:
    return parse(text, mark_of(text)).evaluate(SCOPE)


def written(text: str) -> str:
    return interpolate(text, mark_of(text), SCOPE)
