"""The walk over a parsed expression: only what the language has becomes a function.

Python's parser gives the tree; each node that is allowed is turned into a function of a scope, once
for each text. Everything else is refused at its place. What an expression may call, how much work
it may make and what it may come to stands here, too.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from typing import Any

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.spelling import MOST_LISTED, Spelling, listed
from cnnanalyze.language.expression_values import (
    FUNCTIONS,
    HIGHEST_POWER,
    LARGEST,
    LONGEST_LIST,
    MOST_CHARACTERS,
    UNKNOWN,
    HasAttributes,
    Scope,
    Spelt,
    Wrong,
    bounded,
    divides,
    is_number,
    short,
    weigh_all,
)

Evaluate = Callable[[Scope], Any]


_NAME = re.compile(r"\$([A-Za-z_]\w*)")


@lru_cache(maxsize=4096)
def compile_text(text: str) -> tuple[Evaluate, frozenset[str]]:
    """Return the function of a text, and the names in it."""
    if len(text) > MOST_CHARACTERS:
        raise Wrong(
            f"the expression is longer than {MOST_CHARACTERS:,} characters, the bound", 0, 1
        )
    # '$' becomes a letter that no name begins with, so every column stays where it is.
    named = _NAME.sub(lambda m: f"ǀ{m[1]}", text)
    lead = len(named) - len(named.lstrip())
    try:
        tree = ast.parse(named.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        start = (getattr(error, "offset", None) or 1) - 1
        raise Wrong(
            "this is not an expression",
            min(start + lead, len(text) - 1),
            len(text),
            "write it as in '$width * 4' or '$in // 2 + 1'",
        ) from None
    compiler = _Compiler(named.strip(), lead)
    try:
        run = compiler.node(tree.body)
    except RecursionError:
        raise Wrong("the expression is nested too deeply", 0, len(text)) from None
    return run, frozenset(compiler.names)


_BINARY: dict[type[ast.operator], tuple[str, str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("add", "and", operator.add),
    ast.Sub: ("subtract", "and", operator.sub),
    ast.Mult: ("multiply", "and", operator.mul),
    ast.Div: ("divide", "by", operator.truediv),
    ast.FloorDiv: ("divide", "by", operator.floordiv),
    ast.Mod: ("divide", "by", operator.mod),
    ast.Pow: ("raise", "to", operator.pow),
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}


class _Compiler:
    """Turns a syntax tree into nested functions of a scope."""

    def __init__(self, text: str, lead: int) -> None:
        self.text = text
        self.lead = lead
        self.names: set[str] = set()

    def place(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node stands in the text, in characters."""
        line: bytes = self.text.encode()
        start = len(line[: getattr(node, "col_offset", 0)].decode(errors="ignore"))
        end = len(line[: getattr(node, "end_col_offset", len(line))].decode(errors="ignore"))
        return start + self.lead, end + self.lead

    def wrong(self, message: str, node: ast.AST, help: str = "") -> Wrong:  # noqa: A002
        return Wrong(message, *self.place(node), help)

    def node(self, node: ast.expr) -> Evaluate:
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name():
                return self.name(node)
            case ast.Attribute():
                return self.attribute(node)
            case ast.BinOp():
                return self.binary(node)
            case ast.UnaryOp():
                return self.unary(node)
            case ast.BoolOp():
                return self.boolean(node)
            case ast.Compare():
                return self.compare(node)
            case ast.IfExp():
                return self.choose(node)
            case ast.Call():
                return self.call(node)
            case ast.List() | ast.Tuple():
                return self.items(node)
            case ast.Subscript():
                return self.index(node)
            case _:
                pass
        raise self.wrong(
            "this is not part of the language",
            node,
            "an expression has numbers, $names, + - * / // % **, comparisons, and, or, not, "
            "a if c else b, lists, and functions such as min and max",
        )

    def items(self, node: ast.List | ast.Tuple) -> Evaluate:
        items = [self.node(item) for item in node.elts]
        start, end = self.place(node)

        def make(scope: Scope) -> object:
            values = [item(scope) for item in items]
            return UNKNOWN if any(v is UNKNOWN for v in values) else short(values, start, end)

        return make

    def constant(self, node: ast.Constant) -> Evaluate:
        value = node.value
        if type(value) not in {int, float, str, bool}:
            raise self.wrong("a value must be a number, a text, true or false", node)
        if isinstance(value, int | float) and not abs(value) <= LARGEST:
            raise self.wrong(f"a number may be at most {LARGEST:.0e}", node)
        if isinstance(value, str):
            value = value.replace("ǀ", "$")  # in quotes a dollar is a dollar
        return lambda _: value

    def name(self, node: ast.Name) -> Evaluate:
        if not node.id.startswith("ǀ"):
            if node.id in {"true", "false"}:
                truth = node.id == "true"
                return lambda _: truth
            raise self.wrong(
                f"'{node.id}' is not a value",
                node,
                f"write ${node.id} for a parameter, or '{node.id}' in quotes for a text",
            )
        name = node.id[1:]
        start, end = self.place(node)
        self.names.add(name)

        def look_up(scope: Scope) -> object:
            if name in scope:
                return scope[name]
            some = [f"${k}" for k in islice(filter(str.isidentifier, scope), MOST_LISTED + 1)]
            near = _nearest(name, scope)
            raise Wrong(
                f"unknown parameter ${name}" + (f"; did you mean '{near}'?" if near else ""),
                start,
                end,
                f"known here: {listed(some)}" if some else "there are no parameters here",
            )

        return look_up

    def attribute(self, node: ast.Attribute) -> Evaluate:
        owner = self.node(node.value)
        name = node.attr
        start, end = self.place(node)

        def read(scope: Scope) -> object:
            value = owner(scope)
            if value is UNKNOWN:
                return UNKNOWN
            if not isinstance(value, HasAttributes):
                raise Wrong(
                    f"{show_value(value)} has no attributes",
                    start,
                    end,
                    "only steps have: $x.channels",
                )
            known = value.attributes
            if name not in known:
                raise Wrong(
                    f"a step has no '.{name}'{nearest(name, list(known))}",
                    start,
                    end,
                    f"it has {', '.join(known)}",
                )
            return known[name]

        return read

    def binary(self, node: ast.BinOp) -> Evaluate:
        if type(node.op) not in _BINARY:
            raise self.wrong("this operator is not part of the language", node)
        verb, link, apply = _BINARY[type(node.op)]
        left, right = self.node(node.left), self.node(node.right)
        start, end = self.place(node)
        exact = isinstance(node.op, ast.Div)
        power = isinstance(node.op, ast.Pow)

        def compute(scope: Scope) -> object:
            a, b = left(scope), right(scope)
            if a is UNKNOWN or b is UNKNOWN:
                return UNKNOWN
            if not (is_number(a) and is_number(b)):
                if verb == "add" and type(a) is type(b) and isinstance(a, list):
                    return short([*a, *b], start, end)
                if verb == "multiply" and isinstance(a, list) and type(b) is int:
                    return short(a * min(b, LONGEST_LIST + 1), start, end)
                raise Wrong(f"cannot {verb} {show_value(a)} {link} {show_value(b)}", start, end)
            if power and abs(b) > HIGHEST_POWER:
                raise Wrong(f"an exponent may be at most {HIGHEST_POWER}, not {b}", start, end)
            try:
                # Whole numbers that divide stay whole; what does not divide is seen later.
                value = a // b if exact and divides(a, b) else apply(a, b)
            except ZeroDivisionError:
                raise Wrong(
                    f"division by zero: {show_value(a)} divided by {show_value(b)}", start, end
                ) from None
            except OverflowError:
                raise Wrong(f"a number may be at most {LARGEST:.0e}", start, end) from None
            return bounded(value, start, end)

        return compute

    def unary(self, node: ast.UnaryOp) -> Evaluate:
        operand = self.node(node.operand)
        start, end = self.place(node)
        negated, minus = isinstance(node.op, ast.Not), isinstance(node.op, ast.USub)
        if isinstance(node.op, ast.Invert):
            raise self.wrong("this operator is not part of the language", node)

        def compute(scope: Scope) -> object:
            value = operand(scope)
            if value is UNKNOWN:
                return UNKNOWN
            if negated:
                return not value
            if not is_number(value):
                raise Wrong(f"cannot negate {show_value(value)}", start, end)
            return -value if minus else value

        return compute

    def boolean(self, node: ast.BoolOp) -> Evaluate:
        parts = [self.node(value) for value in node.values]
        stops_at = isinstance(node.op, ast.Or)

        def compute(scope: Scope) -> object:
            value: object = None
            for part in parts:
                value = part(scope)
                if value is UNKNOWN or bool(value) is stops_at:
                    return value
            return value

        return compute

    def compare(self, node: ast.Compare) -> Evaluate:
        for kind in node.ops:
            if type(kind) not in _COMPARE:
                raise self.wrong("this comparison is not part of the language", node)
        operands = [self.node(o) for o in (node.left, *node.comparators)]
        checks = [_COMPARE[type(kind)] for kind in node.ops]
        start, end = self.place(node)

        def compute(scope: Scope) -> object:
            values = [o(scope) for o in operands]
            if any(v is UNKNOWN for v in values):
                return UNKNOWN
            weigh_all(values, start, end)
            for check, a, b in zip(checks, values, values[1:], strict=False):
                try:
                    if not check(a, b):
                        return False
                except TypeError:
                    raise Wrong(
                        f"cannot compare {show_value(a)} with {show_value(b)}", start, end
                    ) from None
            return True

        return compute

    def choose(self, node: ast.IfExp) -> Evaluate:
        test, yes, no = self.node(node.test), self.node(node.body), self.node(node.orelse)

        def compute(scope: Scope) -> object:
            chosen = test(scope)
            if chosen is UNKNOWN:
                return UNKNOWN
            return yes(scope) if chosen else no(scope)

        return compute

    def call(self, node: ast.Call) -> Evaluate:
        # A function may carry the dollar that makes a text an expression: $range(2, 4).
        name = node.func.id.removeprefix("ǀ") if isinstance(node.func, ast.Name) else "this"
        if name not in FUNCTIONS:
            message = f"'{name}' is not a function{nearest(name, tuple(FUNCTIONS))}"
            raise self.wrong(message, node.func, f"functions: {', '.join(FUNCTIONS)}")
        function, least, most = FUNCTIONS[name]
        arguments = [self.node(a) for a in node.args]
        for keyword in node.keywords:
            if name != "make_divisible" or keyword.arg != "divisor" or len(arguments) != 1:
                raise self.wrong(f"'{name}' takes no named arguments", node)
            arguments.append(self.node(keyword.value))
        if len(arguments) < least or (most is not None and len(arguments) > most):
            wanted = str(least) if least == most else f"{least} to {most}" if most else "some"
            raise self.wrong(f"'{name}' takes {wanted} arguments, not {len(arguments)}", node)
        start, end = self.place(node)

        def compute(scope: Scope) -> object:
            values = [a(scope) for a in arguments]
            if any(v is UNKNOWN for v in values):
                return UNKNOWN
            weigh_all(values, start, end)
            try:
                return bounded(function(*values), start, end)
            except (TypeError, ValueError, OverflowError, ZeroDivisionError):
                said = ", ".join(map(show_value, values))
                raise Wrong(f"cannot compute {name}({said})", start, end) from None

        return compute

    def index(self, node: ast.Subscript) -> Evaluate:
        if isinstance(node.slice, ast.Slice):
            raise self.wrong("slices are not part of the language", node, "take one element: $a[0]")
        owner, position = self.node(node.value), self.node(node.slice)
        start, end = self.place(node)

        def read(scope: Scope) -> object:
            items, at = owner(scope), position(scope)
            if items is UNKNOWN or at is UNKNOWN:
                return UNKNOWN
            if not isinstance(items, list) or type(at) is not int:
                raise Wrong(
                    f"cannot take element {show_value(at)} of {show_value(items)}", start, end
                )
            if not -len(items) <= at < len(items):
                raise Wrong(
                    f"there is no element {at} in a list of {len(items)}",
                    start,
                    end,
                    f"elements are numbered from 0 to {len(items) - 1}" if items else "",
                )
            return items[at]

        return read


def _nearest(name: str, scope: Scope) -> str | None:
    if isinstance(scope, Spelt):
        return scope.nearest(name)
    return Spelling(filter(str.isidentifier, scope)).nearest(name)
