"""Expressions: what may stand after a ``$``, evaluated by our own walk over the parsed text.

The text is parsed once (:mod:`cnnanalyze.spec.compiler`), however often it is evaluated. Nothing is
ever passed to ``eval``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cnnanalyze.errors import Fault, Mark, SpecError
from cnnanalyze.spec.compiler import UNKNOWN, Evaluate, Scope, Wrong, compile_text
from cnnanalyze.spec.functions import WORDS

__all__ = ["UNKNOWN", "Expression", "interpolate", "parse"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression at its place."""

    text: str
    mark: Mark
    _run: Evaluate
    names: frozenset[str]
    """The names that it refers to, without ``$``."""

    def evaluate(self, scope: Scope) -> Any:  # noqa: ANN401 - numbers, texts, lists, steps
        """Return the value in a scope.

        Raises
        ------
        SpecError
            With the very characters that are wrong.
        """
        try:
            return self._run(scope)
        except Wrong as wrong:
            raise SpecError(_fault(wrong, self.mark)) from None


def parse(text: str, mark: Mark) -> Expression:
    """Parse an expression.

    Examples
    --------
    >>> from cnnanalyze.errors import Mark, Source
    >>> mark = Mark(Source("here", "$width * 4"), 1, 1)
    >>> parse("$width * 4", mark).evaluate({"width": 64})
    256
    >>> parse("make_divisible($c * 0.75, 8)", mark).evaluate({"c": 32})
    24
    """
    try:
        run, names = compile_text(text)
    except Wrong as wrong:
        raise SpecError(_fault(wrong, mark)) from None
    return Expression(text, mark, run, names)


def interpolate(text: str, mark: Mark, scope: Scope) -> str:
    """Return a text with its ``${expression}`` and ``$name`` replaced by their values.

    Examples
    --------
    >>> from cnnanalyze.errors import Mark, Source
    >>> mark = Mark(Source("here", ""), 1, 1)
    >>> interpolate("conv${stage}_${i + 1}", mark, {"stage": 3, "i": 0})
    'conv3_1'
    """
    parts = []
    end = 0
    for found in _HOLE.finditer(text):
        parts.append(text[end : found.start()])
        inner = found[1] if found[1] is not None else found[0]
        offset = found.start(1) if found[1] is not None else found.start()
        # Inside the braces a name needs no dollar of its own.
        if found[1] is not None and "$" not in inner:
            inner = _BARE.sub(lambda m: m[0] if m[0] in WORDS else f"${m[0]}", inner)
        value = parse(inner, mark.within(offset, len(inner))).evaluate(scope)
        parts.append("unknown" if value is UNKNOWN else str(value))
        end = found.end()
    return "".join([*parts, text[end:]])


_HOLE = re.compile(r"\$\{([^{}]*)\}|\$[A-Za-z_]\w*")
_BARE = re.compile(r"(?<![\w.$'\"])[A-Za-z_]\w*")


def _fault(wrong: Wrong, mark: Mark) -> Fault:
    place = mark.within(wrong.start, wrong.end - wrong.start)
    return Fault(wrong.message, place, wrong.help)
