"""Evaluates printed formulas by itself: the LaTeX of an explanation, and its tree as data.

It knows nothing of expressions: it reads what a person would read.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor, gcd, prod
from typing import Any

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "floor": floor,
    "ceil": ceil,
    "max": max,
    "min": min,
    "gcd": gcd,
    "over": lambda a, b: Fraction(a) / b,
}


def of_latex(text: str) -> Fraction:
    """Return the value of a formula of numbers, as LaTeX writes it."""
    plain = text.replace("{,}", "").replace("&", "")
    while r"\frac{" in plain:
        plain = _over(plain)
    for side in ("floor", "ceil"):
        plain = plain.replace(rf"\left\l{side}", f"{side}(").replace(rf"\right\r{side}", ")")
    plain = re.sub(r"\\left\(|\\right\)", lambda m: m[0][-1], plain)
    plain = plain.replace(r"\cdot", "*").replace(r"\bmod", "%").replace("^{", "**(")
    plain = plain.replace("}", ")").replace("\\", "")
    value: Fraction = evaluate(ast.parse(plain.strip(), mode="eval").body)
    return value


def _over(text: str) -> str:
    start = text.rindex(r"\frac{")  # the last one has no fraction inside
    above, rest = _group(text, start + len(r"\frac"))
    below, end = _group(text, rest)
    return f"{text[:start]}over(({above}), ({below})){text[end:]}"


def _group(text: str, at: int) -> tuple[str, int]:
    assert text[at] == "{"
    depth = 0
    for i in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if not depth:
            return text[at + 1 : i], i + 1
    raise AssertionError(text)


def evaluate(node: ast.AST) -> Any:
    """Return the value of arithmetic, exactly."""
    match node:
        case ast.Constant(value=int(value)):
            return Fraction(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -evaluate(operand)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = evaluate(left), evaluate(right)
            match op:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return a * b
                case ast.Mod():
                    return a % b
                case ast.Pow():
                    return a**b
                case _:
                    raise AssertionError(op)
        case ast.Call(func=ast.Name(id=name), args=args):
            values = [evaluate(a) for a in args]
            if name == "gcd":
                return Fraction(gcd(*(int(v) for v in values)))
            return Fraction(FUNCTIONS[name](*values))
        case _:
            raise AssertionError(ast.dump(node))


def of_tree(data: dict[str, Any], known: dict[str, Fraction]) -> Fraction:
    """Return the value of a tree of the JSON format; symbols are looked up."""
    if "symbol" in data:
        return known[data["symbol"]]
    if "operation" not in data:
        return Fraction(data["value"])
    values = [of_tree(a, known) for a in data["arguments"]]
    match data["operation"]:
        case "+":
            return sum(values, Fraction(0))
        case "-":
            return -values[0]
        case "*":
            return prod(values, start=Fraction(1))
        case "/":
            return values[0] / values[1]
        case "^":
            return Fraction(values[0] ** values[1])
        case "mod":
            return values[0] % values[1]
        case "gcd":
            return Fraction(gcd(*(int(v) for v in values)))
        case name:
            return Fraction(FUNCTIONS[name](*values))
