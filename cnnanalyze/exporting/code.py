"""Python code as values: calls with arguments, and how they are laid out in lines."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

WIDTH = 88
"""Characters of a line, as ruff and black have them."""
INDENT = "    "


class Expression(NamedTuple):
    """An expression over parameters: ``4 * {width}``; it binds as loosely as a sum or a product."""

    text: str

    def over(self, prefix: str = "") -> str:
        """Return the text, with a prefix before each parameter.

        Examples
        --------
        >>> Expression("4 * {width}").over("self.")
        '4 * self.width'
        """
        return self.text.replace("{", prefix).replace("}", "")


NOTHING = object()
"""There is no default."""


@dataclass(frozen=True)
class Argument:
    """One argument of a call.

    Examples
    --------
    >>> Argument("stride", 1, default=1).is_told
    False
    """

    name: str
    value: Any
    """A number, a word, a tuple of these, an expression, or a call."""
    positional: bool = False
    default: Any = NOTHING
    """What it is if nobody says anything."""

    @property
    def is_told(self) -> bool:
        """Whether it must be written."""
        return self.value != self.default or type(self.value) is not type(self.default)


@dataclass(frozen=True)
class Call:
    """A call of a function or of a class.

    Examples
    --------
    >>> conv = call("nn.Conv2d", in_channels=3, out_channels=64).with_options(stride=(2, 1))
    >>> print(written(conv))
    nn.Conv2d(3, 64, stride=2)
    """

    function: str
    arguments: tuple[Argument, ...] = ()

    def with_options(self, **options: tuple[Any, Any]) -> Call:
        """Return the call with arguments that are named, each a value and its default."""
        more = (Argument(n, value, default=default) for n, (value, default) in options.items())
        return Call(self.function, (*self.arguments, *more))

    def replaced(self, change: Callable[[Argument], Argument]) -> Call:
        """Return the call with all arguments replaced, those of inner calls, too."""
        return Call(
            self.function,
            tuple(
                replace(a, value=a.value.replaced(change))
                if isinstance(a.value, Call)
                else change(a)
                for a in self.arguments
            ),
        )

    def leaves(self) -> Iterable[Argument]:
        """Yield the arguments that are no calls, those of inner calls, too."""
        for argument in self.arguments:
            if isinstance(argument.value, Call):
                yield from argument.value.leaves()
            else:
                yield argument

    @property
    def skeleton(self) -> tuple[Any, ...]:
        """What is left without the values: equal for calls that differ in numbers only."""
        return (
            self.function,
            tuple(
                (a.name, a.positional, a.value.skeleton if isinstance(a.value, Call) else None)
                for a in self.arguments
            ),
        )


def call(function: str, **arguments: Any) -> Call:  # noqa: ANN401 - whatever an argument can be
    """Return a call whose arguments are told by their places."""
    return Call(
        function, tuple(Argument(n, value, positional=True) for n, value in arguments.items())
    )


class Verbatim(NamedTuple):
    """A piece of code as it is: a text with names in it."""

    text: str


class Repeated(NamedTuple):
    """Arguments made by a comprehension: ``*(item for variable in range(count))``."""

    item: Call
    variable: str
    times: int


# --- lines ----------------------------------------------------------------------------------------


def written(value: Any, prefix: str = "") -> str:  # noqa: ANN401 - as above
    """Return a value in one line.

    Examples
    --------
    >>> written((1, "same", 0.1, Expression("{width} // 2")))
    '(1, "same", 0.1, width // 2)'
    """
    match value:
        case Expression():
            return value.over(prefix)
        case Verbatim():
            return value.text
        case Call():
            return f"{value.function}({', '.join(_parts(value, prefix))})"
        case Repeated():
            return f"*({written(value.item, prefix)} for {value.variable} in range({value.times}))"
        case str():
            return f'"{value}"'
        case tuple():
            inner = ", ".join(written(v, prefix) for v in value)
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        case list():
            return f"[{', '.join(written(v, prefix) for v in value)}]"
        case float() if value in {float("inf"), float("-inf")}:
            return f'float("{value}")'
        case _:
            return repr(value)


def _parts(value: Call, prefix: str) -> list[str]:
    return [_named(a, written(a.value, prefix)) for a in value.arguments if a.is_told]


def _named(argument: Argument, text: str) -> str:
    return text if argument.positional else f"{argument.name}={text}"


def lay_out(before: str, value: Any, after: str = "", depth: int = 0) -> list[str]:  # noqa: ANN401
    r"""Return a value in lines of at most ``WIDTH`` characters where that can be, as ruff does it.

    Parameters
    ----------
    before
        What stands before it in its first line.
    value
        The value.
    after
        What stands behind it in its last line.
    depth
        How far the lines are indented.

    Examples
    --------
    >>> print(*lay_out("self.pool = ", call("nn.MaxPool2d", size=3), depth=2), sep="\n")
            self.pool = nn.MaxPool2d(3)
    """
    indent = INDENT * depth
    line = f"{indent}{before}{written(value)}{after}"
    if len(line) <= WIDTH:
        return [line]
    match value:
        case Call() if value.arguments:
            told = [a for a in value.arguments if a.is_told]
            head, items, close = f"{value.function}(", told, ")"
            inner = ", ".join(_parts(value, ""))
            if len(INDENT) + len(indent) + len(inner) <= WIDTH:
                return [
                    f"{indent}{before}{head}",
                    f"{indent}{INDENT}{inner}",
                    f"{indent}{close}{after}",
                ]
            lines = [
                part for a in items for part in lay_out(_named(a, ""), a.value, ",", depth + 1)
            ]
        case Repeated():
            head, close = "*(", ")"
            lines = [
                *lay_out("", value.item, "", depth + 1),
                f"{indent}{INDENT}for {value.variable} in range({value.times})",
            ]
        case Expression() | Verbatim():
            return [line]
        case tuple() | list() if value:
            head, close = ("(", ")") if isinstance(value, tuple) else ("[", "]")
            lines = [part for v in value for part in lay_out("", v, ",", depth + 1)]
        case _:
            return [line]
    return [f"{indent}{before}{head}", *lines, f"{indent}{close}{after}"]


def statement(before: str, text: str, depth: int) -> list[str]:
    """Return a line of a run, laid out as ruff does it where it is too long."""
    line = f"{INDENT * depth}{before}{text}"
    if len(line) <= WIDTH:
        return [line]
    tree = ast.parse(text, mode="eval").body
    if isinstance(tree, ast.BinOp) and (parts := _terms(tree, text)):
        (first, *others), sign = parts
        rows = [first, *(f"{sign} {other}" for other in others)]
        return [
            f"{INDENT * depth}{before}(",
            *(f"{INDENT * (depth + 1)}{row}" for row in rows),
            f"{INDENT * depth})",
        ]
    if isinstance(tree, ast.IfExp):
        body, test, other = (
            ast.get_source_segment(text, t) for t in (tree.body, tree.test, tree.orelse)
        )
        rows = [f"{body}", f"if {test}", f"else {other}"]
        return [
            f"{INDENT * depth}{before}(",
            *(f"{INDENT * (depth + 1)}{row}" for row in rows),
            f"{INDENT * depth})",
        ]
    return lay_out(before, _parsed(tree, text), depth=depth)


def _terms(tree: ast.BinOp, text: str) -> tuple[list[str], str] | None:
    signs = {ast.Add: "+", ast.Mult: "*"}
    sign, terms = type(tree.op), []
    node: ast.expr = tree
    while isinstance(node, ast.BinOp) and type(node.op) is sign:
        terms.append(ast.get_source_segment(text, node.right) or "")
        node = node.left
    terms.append(ast.get_source_segment(text, node) or "")
    return (terms[::-1], signs[sign]) if sign in signs else None


def _parsed(tree: ast.expr, text: str) -> object:
    """Return an expression as a value that can be laid out."""
    match tree:
        case ast.Call():
            arguments = [
                *(
                    Argument(str(k), _parsed(a, text), positional=True)
                    for k, a in enumerate(tree.args)
                ),
                *(Argument(str(k.arg), _parsed(k.value, text)) for k in tree.keywords),
            ]
            return Call(ast.get_source_segment(text, tree.func) or "", tuple(arguments))
        case ast.List():
            return [_parsed(item, text) for item in tree.elts]
        case ast.Tuple():
            return tuple(_parsed(item, text) for item in tree.elts)
        case _:
            return Expression(ast.get_source_segment(text, tree) or "")


def signature(before: str, parameters: list[str], after: str, depth: int = 0) -> list[str]:
    """Return the head of a function in lines.

    Examples
    --------
    >>> signature("def forward", ["self", "x: Tensor"], " -> Tensor:")
    ['def forward(self, x: Tensor) -> Tensor:']
    """
    indent, inner = INDENT * depth, ", ".join(parameters)
    if len(line := f"{indent}{before}({inner}){after}") <= WIDTH:
        return [line]
    if len(body := f"{indent}{INDENT}{inner}") <= WIDTH and "*" not in parameters:
        return [f"{indent}{before}(", body, f"{indent}){after}"]
    return [
        f"{indent}{before}(",
        *(f"{indent}{INDENT}{parameter}," for parameter in parameters),
        f"{indent}){after}",
    ]


def compressed(items: list[Call], variable: str = "i") -> list[Call | Repeated]:
    """Return calls with runs of calls that are alike, or whose numbers grow evenly, as loops.

    Examples
    --------
    >>> layers = [call("Layer", channels=64 + 32 * k) for k in range(6)]
    >>> written(compressed(layers)[0])
    '*(Layer(64 + 32 * i) for i in range(6))'
    """
    found: list[Call | Repeated] = []
    at = 0
    while at < len(items):
        first, count = items[at], 1
        step: dict[int, int] | None = None
        while at + count < len(items) and items[at + count].skeleton == first.skeleton:
            steps = _steps(items[at + count - 1], items[at + count])
            if steps is None or (step is not None and steps != step):
                break
            step = steps
            count += 1
        if count < 2 or (step and count < 3):  # noqa: PLR2004 - two grow as they like
            found.append(first)
            at += 1
            continue
        found.append(_looped(first, step or {}, count, variable))
        at += count
    return found


def _steps(one: Call, other: Call) -> dict[int, int] | None:
    """Return by how much each number grows from one call to the next, or nothing."""
    steps: dict[int, int] = {}
    for place, (a, b) in enumerate(zip(one.leaves(), other.leaves(), strict=True)):
        if a.value == b.value and type(a.value) is type(b.value):
            continue
        if type(a.value) is not int or type(b.value) is not int:
            return None
        steps[place] = b.value - a.value
    return steps


def _looped(first: Call, steps: Mapping[int, int], count: int, variable: str) -> Repeated:
    places = iter(range(sum(1 for _ in first.leaves())))

    def change(argument: Argument) -> Argument:
        place = next(places)
        if place not in steps:
            return argument
        step = steps[place]
        by = variable if abs(step) == 1 else f"{abs(step)} * {variable}"
        if argument.value == 0 and step > 0:
            return replace(argument, value=Expression(by))
        text = f"{argument.value} {'+' if step > 0 else '-'} {by}"
        return replace(argument, value=Expression(text))

    item = first.replaced(change)
    return Repeated(item, variable if steps else "_", count)
