"""Expressions: what may stand after a ``$``, evaluated by our own walk over the parsed text.

The text is parsed once (:mod:`cnnanalyze.language.expression_compiler`), however often it is
evaluated. Nothing is ever passed to ``eval``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Lookup
from typing import Any, NamedTuple

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.tree import Scalar, Sequence, Tree
from cnnanalyze.errors import Fault, Mark, SpecError
from cnnanalyze.language.expression_compiler import Evaluate, compile_text
from cnnanalyze.language.expression_values import (
    ELEMENTS,
    MOST_CHARACTERS,
    MOST_ELEMENTS,
    UNKNOWN,
    WORDS,
    HasAttributes,
    Scope,
    Wrong,
    weigh,
)

__all__ = ["UNKNOWN", "HasAttributes", "ParsedExpression", "interpolate", "parse"]


class ParsedExpression(NamedTuple):
    """A parsed expression at its place."""

    text: str
    mark: Mark
    run: Evaluate
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
            return self.run(scope)
        except Wrong as wrong:
            raise SpecError(_fault(wrong, _inside(self.mark, self.text))) from None
        except RecursionError:
            raise SpecError(
                Fault("the expression is nested too deeply", self.mark, code="SP007")
            ) from None


def parse(text: str, mark: Mark) -> ParsedExpression:
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
        raise SpecError(_fault(wrong, _inside(mark, text))) from None
    return ParsedExpression(text, mark, run, names)


def interpolate(text: str, mark: Mark, scope: Scope) -> str:
    """Return a text with its ``${expression}`` and ``$name`` replaced by their values.

    Examples
    --------
    >>> from cnnanalyze.errors import Mark, Source
    >>> mark = Mark(Source("here", ""), 1, 1)
    >>> interpolate("conv${stage}_${i + 1}", mark, {"stage": 3, "i": 0})
    'conv3_1'
    """
    mark = _inside(mark, text)
    if len(text) > MOST_CHARACTERS:
        raise SpecError(
            Fault(
                f"a text with '$' may have at most {MOST_CHARACTERS:,} characters, "
                f"not {len(text):,}",
                mark,
                code="SP012",
            )
        )
    parts = []
    end = 0
    for found in _HOLE.finditer(text):
        parts.append(text[end : found.start()])
        end = found.end()
        if found["inner"] is not None:
            place = mark.within(found.start("inner"), len(found["inner"]))
            value = evaluate_bare(found["inner"], place, scope)
        elif found["name"] is not None:
            place = mark.within(found.start(), end - found.start())
            value = parse(found[0], place).evaluate(scope)
        else:
            place = mark.within(found.start(), 2)
            raise SpecError(
                Fault("'${' without its '}'", place, help="write ${name}", code="SP007")
            )
        parts.append(_written(value, place))
    return "".join([*parts, text[end:]])


_HOLE = re.compile(r"\$(?:\{(?P<inner>[^{}]*)\}|(?P<name>[A-Za-z_]\w*)|\{)")
# Texts in quotes are passed over, and so are attributes and the names of named arguments.
_BARE = re.compile(r"""'[^']*'|"[^"]*"|(?<![\w.$])(?P<name>[A-Za-z_]\w*)\b(?!\s*=(?!=))""")


_EXPECTS_VALUE = re.compile(r"(?:^|[-+*/%(\[,<>=])\s*$")


def evaluate_bare(text: str, mark: Mark, scope: Scope) -> object:
    """Return the value of what stands in braces; its names need no dollars of their own.

    Raises
    ------
    SpecError
        With the very characters that are wrong.

    Examples
    --------
    >>> from cnnanalyze.errors import Mark, Source
    >>> evaluate_bare("w * 2 < 20", Mark(Source("here", ""), 1, 1), {"w": 8})
    True
    """
    if not text.strip():
        raise SpecError(
            Fault("empty braces in an expression", mark, help="write ${name}", code="SP007")
        )
    if "$" in text or len(text) > MOST_CHARACTERS:
        return parse(text, mark).evaluate(scope)
    dollars: list[int] = []

    def add_dollar(found: re.Match[str]) -> str:
        word = found["name"]
        # 'in' is an operator behind a value, and the incoming channels where a value is expected.
        is_input = word == "in" and _EXPECTS_VALUE.search(text, 0, found.start())
        if word is None or (word in WORDS and not is_input):
            return found[0]
        dollars.append(found.start() + len(dollars))
        return f"${found[0]}"

    try:
        return compile_text(_BARE.sub(add_dollar, text))[0](scope)
    except Wrong as wrong:
        # The dollars moved what follows them; the carets belong to the text as it is written.
        start, end = (n - sum(at < n for at in dollars) for n in (wrong.start, wrong.end))
        moved = Wrong(wrong.message, start, end, wrong.help, wrong.code)
        raise SpecError(_fault(moved, mark)) from None
    except RecursionError:
        raise SpecError(Fault("the expression is nested too deeply", mark, code="SP007")) from None


def _written(value: object, mark: Mark) -> str:
    """Return a value as a text holds it."""
    if value is UNKNOWN:
        return "unknown"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return show_value(value)
    said = "a step" if isinstance(value, HasAttributes) else show_value(value)
    raise SpecError(
        Fault(f"a text cannot contain {said}", mark, help="numbers and words can", code="SP007")
    )


def _inside(mark: Mark, text: str) -> Mark:
    """Return the mark of a text without the quote before it, if it stands in quotes."""
    lines = mark.source.lines
    line = lines[mark.line - 1] if 0 < mark.line <= len(lines) else ""
    is_quoted = line.startswith(text, mark.column) and not line.startswith(text, mark.column - 1)
    return mark.within(1, len(text)) if is_quoted else mark


def _fault(wrong: Wrong, mark: Mark) -> Fault:
    start = max(0, wrong.start)
    place = mark.within(start, wrong.end - start)
    return Fault(wrong.message, place, wrong.help, code=wrong.code)


def evaluate(tree: Tree, scope: Lookup[str, object]) -> object:
    """Return the value of a scalar, a list or a mapping, with its expressions evaluated."""
    if type(tree) is Scalar:
        value = tree.value
        if type(value) is str and "$" in value:
            found = parse(value, tree.mark).evaluate(scope)
            if type(found) is list and not weigh(found):  # whoever gets it goes through it
                raise _too_many(tree.mark)
            return found
        return value
    if isinstance(tree, Scalar):
        return tree.value
    if not ELEMENTS.spend(len(tree.items if isinstance(tree, Sequence) else tree.entries)):
        raise _too_many(tree.mark)
    if isinstance(tree, Sequence):
        items = [evaluate(item, scope) for item in tree.items]
        return UNKNOWN if any(i is UNKNOWN for i in items) else items
    entries = {key.text: evaluate(value, scope) for key, value in tree.entries}
    return UNKNOWN if any(v is UNKNOWN for v in entries.values()) else entries


def _too_many(mark: Mark) -> SpecError:
    return SpecError(
        Fault(
            f"the lists of the spec have more than {MOST_ELEMENTS:,} elements "
            "where they are used, the bound",
            mark,
            help="make them shorter, or use them less often",
            code="SP012",
        )
    )
