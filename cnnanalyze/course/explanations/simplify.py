"""Simplification: a recorded computation in the form of a textbook.

Every step is an identity of arithmetic, so the value stays: like terms are collected (``n + p + p``
is ``n + 2p``), factors and terms that do nothing are dropped (a dilation of 1), brackets that round
a whole number fall, and the terms stand in the order of the course.
"""

from __future__ import annotations

from collections.abc import Callable

from cnnanalyze.core.expression import Expression, Value, given, made, parts
from cnnanalyze.course.explanations.notation import Notation

NEUTRAL = {"dilation": 1, "groups": 1, "multiplier": 1, "output_padding": 0}
"""Attributes that most courses do not know, with the value at which they do nothing."""
EXACT = frozenset({"groups", "block"})
"""Attributes that divide without rest, or else the layer refuses its input."""

Terms = dict[Expression, int]


def textbook_form(tree: Expression, notation: Notation) -> Expression:
    """Return an expression in the form of a textbook, with the same value.

    Intermediate results keep their names, unless nothing is left of their computation.

    Examples
    --------
    >>> from cnnanalyze.core.expression import Name
    >>> from cnnanalyze.core.number import Num
    >>> from cnnanalyze.course.explanations.notation import notation
    >>> n, p, d = Num(7, Name("input")), Num(1, Name("padding")), Num(1, Name("dilation"))
    >>> padded = textbook_form((n + p + p * d).tree, notation("plain"))
    >>> [part.op for part in padded.args], padded.args[1].args[0].value
    (['', '*'], 2)
    """
    if tree.is_given:
        return _neutral(tree, notation)
    args = tuple(textbook_form(a, notation) for a in tree.args)
    plain = _ARRANGE.get(tree.op, _as_it_is)(tree.op, args, notation)
    assert plain.value == tree.value
    if tree.name is None or plain.is_given or (notation.is_general and tree.name.key == "extent"):
        return plain
    return plain._replace(name=tree.name)


def _neutral(leaf: Expression, notation: Notation) -> Expression:
    name = leaf.name
    if name is None or notation.is_general or NEUTRAL.get(name.key) != leaf.value:
        return leaf
    return given(leaf.value)


def _as_it_is(op: str, args: tuple[Expression, ...], _: Notation) -> Expression:
    return made(op, *args)


def _is_number(tree: Expression) -> bool:
    return tree.is_given and tree.name is None


def _split(tree: Expression) -> tuple[int, Expression]:
    """Return the whole factor of a term, and the rest of it."""
    if tree.name is not None:
        return 1, tree
    if tree.op == "-":
        factor, rest = _split(tree.args[0])
        return -factor, rest
    if tree.op == "*" and _is_number(tree.args[0]) and isinstance(tree.args[0].value, int):
        others = tree.args[1:]
        return tree.args[0].value, others[0] if len(others) == 1 else made("*", *others)
    return 1, tree


def _collect(args: tuple[Expression, ...], factor: int, terms: Terms) -> Value:
    """Add up the terms of a sum, and return its constant."""
    constant: Value = 0
    for arg in args:
        own, rest = _split(arg)
        if _is_number(rest):
            constant += factor * own * rest.value
        elif rest.op == "+" and rest.name is None and own in {1, -1}:
            constant += _collect(rest.args, factor * own, terms)
        else:
            terms[rest] = terms.get(rest, 0) + factor * own
    return constant


def _sum(_: str, args: tuple[Expression, ...], notation: Notation) -> Expression:
    if all(_is_number(a) for a in args):  # numbers alone were meant to be seen
        return made("+", *args)
    terms: Terms = {}
    constant = _collect(args, 1, terms)
    if notation.counts_total:
        terms = _totals(terms)
    kept = [(rest, factor) for rest, factor in terms.items() if factor]
    if all(_place(rest, notation) is not None for rest, _ in kept):
        kept.sort(key=lambda term: _place(term[0], notation) or 0)
    written = [_times(factor, rest) for rest, factor in kept]
    if constant or not written:
        # A sum does not begin with a minus if that can be helped: 1 - v.
        first = constant > 0 and bool(written) and all(w.op == "-" for w in written)
        written.insert(0 if first else len(written), _signed(constant))
    if len(written) == 1:
        return written[0]
    if notation.one_inside and (inside := _inside(written)):
        return inside
    return made("+", *written)


def _place(term: Expression, notation: Notation) -> int | None:
    """Return where a term stands in the course's order; nothing if it has none."""
    if not notation.order:
        return 0
    key = term.name.key if term.name else ""
    return notation.order.index(key) if key in notation.order else None


def _signed(number: Value) -> Expression:
    return made("-", given(-number)) if number < 0 else given(number)


def _times(factor: int, tree: Expression) -> Expression:
    size = tree if abs(factor) == 1 else made("*", given(abs(factor)), tree)
    return made("-", size) if factor < 0 else size


def _totals(terms: Terms) -> Terms:
    """Write the padding of both sides as one number."""
    found: Terms = {}
    for term, factor in terms.items():
        key = term.name.key if term.is_given and term.name else ""
        if key == "padding" and factor % 2 == 0:
            found[_total(term, 2 * term.value)] = factor // 2
        elif key in _OTHER and (other := _beside(term, terms)) is not None:
            found[_total(term, term.value + other.value)] = factor  # twice the same
        else:
            found[term] = factor
    return found


_OTHER = {"padding before": "padding after", "padding after": "padding before"}


def _total(term: Expression, value: Value) -> Expression:
    assert term.name is not None
    return given(value, term.name._replace(key="total padding"))


def _beside(term: Expression, terms: Terms) -> Expression | None:
    """Return the padding of the other side, if it is added as often."""
    assert term.name is not None
    name = term.name._replace(key=_OTHER[term.name.key])
    return next((t for t in terms if t.name == name and terms[t] == terms[term]), None)


def _inside(written: list[Expression]) -> Expression | None:
    """Return ``⌊a / b + 1⌋`` for ``⌊a / b⌋ + 1``."""
    rounded, *rest = written
    if rounded.op not in {"floor", "ceil"} or rounded.name or len(rest) != 1:
        return None
    if not (_is_number(rest[0]) and rest[0].value.denominator == 1):
        return None
    return made(rounded.op, made("+", rounded.args[0], rest[0]))


def _product(_: str, args: tuple[Expression, ...], __: Notation) -> Expression:
    factor: Value = 1
    kept: list[Expression] = []
    numbers = 0
    flat = [part for a in args for part in (a.args if a.op == "*" and not a.name else (a,))]
    for arg in flat:
        if _is_number(arg) and arg.value in {0, 1}:
            factor *= arg.value
        elif _is_number(arg):
            numbers += 1
            factor *= arg.value
        else:
            kept.append(arg)
    if factor == 0:
        return given(0)
    if not kept and numbers > 1:
        return made("*", *(a for a in flat if a.value != 1))
    if factor != 1 or not kept:
        kept.insert(0, given(factor))
    return kept[0] if len(kept) == 1 else made("*", *kept)


def _quotient(op: str, args: tuple[Expression, ...], _: Notation) -> Expression:
    above, below = args
    return above if _is_number(below) and below.value == 1 else made(op, above, below)


def _rounded(op: str, args: tuple[Expression, ...], notation: Notation) -> Expression:
    inner = args[0]
    if inner.op != "/" or inner.name:
        return inner if inner.value.denominator == 1 and inner.op != "+" else made(op, inner)
    divisor = inner.args[1]
    if {p.name.key for p in parts(divisor) if p.name} & EXACT:
        return inner
    if not notation.has_floor and op == "floor" and inner.value.denominator == 1:
        return inner
    return made(op, inner)


def _negated(op: str, args: tuple[Expression, ...], _: Notation) -> Expression:
    inner = args[0]
    if _is_number(inner) and inner.value == 0:
        return inner
    return inner.args[0] if inner.op == "-" and not inner.name else made(op, inner)


_ARRANGE: dict[str, Callable[[str, tuple[Expression, ...], Notation], Expression]] = {
    "+": _sum,
    "*": _product,
    "/": _quotient,
    "floor": _rounded,
    "ceil": _rounded,
    "-": _negated,
}


def unnamed(tree: Expression) -> Expression:
    """Return an expression without its own name."""
    return tree if tree.is_given else tree._replace(name=None)


def with_values(tree: Expression) -> Expression:
    """Return an expression with numbers for all names."""
    if tree.is_given or tree.name is not None:
        return given(tree.value)
    return same_operation(tree, tuple(map(with_values, tree.args)))


def same_operation(tree: Expression, args: tuple[Expression, ...]) -> Expression:
    """Return the same operation on other arguments that have the same values."""
    return Expression(tree.op, args, tree.value)


def stages(tree: Expression) -> tuple[Expression, ...]:
    """Return the steps from numbers put in to the result: brackets first, then the rest.

    Examples
    --------
    >>> n, k = given(7), given(3)
    >>> rounded = made("floor", made("/", made("+", n, made("-", k)), given(2)))
    >>> [stage.op for stage in stages(made("+", rounded, given(1)))]
    ['+', '+', '+', '']
    """
    stage = with_values(tree)
    found = [stage]
    while not stage.is_given:
        stage = _reduced(stage)
        found.append(stage)
    return tuple(found)


_BRACKETS = frozenset({"floor", "ceil", "/", "max", "min", "gcd", "mod"})


def _reduced(tree: Expression) -> Expression:
    """Do the innermost operation that a reader would do next."""
    if any(p.op in _BRACKETS for p in parts(tree)):
        return _halved(tree) if _is_simple(tree) else _open(tree)
    if tree.op in {"+", "*"} and any(_weight(a) > 1 for a in tree.args):
        reduced = tuple(_result(a) if _weight(a) else a for a in tree.args)
        return same_operation(tree, reduced)
    return given(tree.value)


def _halved(tree: Expression) -> Expression:
    """Skip the stage of a fraction that is whole, and of a sum with one."""
    return given(tree.value) if tree.value.denominator != 1 else _open(tree)


def _weight(tree: Expression) -> int:
    """Return how much there is to compute: none in a number, little in 2·3."""
    if tree.is_given:
        return 0
    if tree.op == "-":
        return _weight(tree.args[0])
    small = tree.op == "*" and len(tree.args) == 2 and all(a.is_given for a in tree.args)  # noqa: PLR2004 - a pair
    return 1 if small else 2


def _result(tree: Expression) -> Expression:
    return (
        same_operation(tree, (given(tree.args[0].value),)) if tree.op == "-" else given(tree.value)
    )


def _open(tree: Expression) -> Expression:
    if tree.is_given:
        return tree
    if tree.op in _BRACKETS:
        if tree.op in {"floor", "ceil"} and tree.args[0].op == "/":
            above = tree.args[0]
            if all(a.is_given for a in above.args):
                return given(tree.value)
            return same_operation(tree, (same_operation(above, tuple(map(_shut, above.args))),))
        if all(map(_is_simple, tree.args)):
            return given(tree.value)
        return same_operation(tree, tuple(map(_shut, tree.args)))
    return same_operation(tree, tuple(map(_open, tree.args)))


def _is_simple(tree: Expression) -> bool:
    """Whether nothing but numbers is added to or divided by numbers: 26/1 + 1."""
    if tree.is_given:
        return True
    args = [a for a in tree.args if not a.is_given]
    return tree.op in {"/", "+"} and all(
        a.op == "/" and all(b.is_given for b in a.args) for a in args
    )


def _shut(tree: Expression) -> Expression:
    """Compute the contents of brackets, unless they contain brackets."""
    if any(p.op in _BRACKETS for p in parts(tree)):
        return _open(tree)
    return given(tree.value)


def exact(tree: Expression) -> Expression:
    """Return an expression without its rounding brackets, as a course without a floor has it."""
    if tree.is_given:
        return tree
    if tree.op in {"floor", "ceil"}:
        return exact(tree.args[0])
    return made(tree.op, *map(exact, tree.args))
