"""Patterns: what exporters write as several operations, and layers call by one name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import sqrt

from cnnanalyze.exchange.onnx.constants import numbers
from cnnanalyze.exchange.onnx.model import Graph, Operation, Tensor

DOMAIN = "cnnanalyze"
"""The domain of operations that stand for several."""
_CLOSE = 1e-4
_HALF, _SIXTH, _CUBE, _TANGENT = 0.5, 1 / 6, 0.044715, 0.7978845608


@dataclass(frozen=True, slots=True)
class _Product:
    """A product: its constant, its other factors, and the operations that make it."""

    constant: float
    factors: tuple[str, ...]
    made: tuple[Operation, ...] = field(default=(), compare=False)


class Patterns:
    """The operations of a graph, for what several of them compute together."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.maker = {name: op for op in graph.operations for name in op.outputs if name}
        self.readers = Counter(name for op in graph.operations for name in op.inputs)
        self.readers.update(value.name for value in graph.outputs)

    def operations(self) -> Iterator[Operation]:
        """Return the operations, with one in the place of several where they are known together."""
        instead: dict[int, Operation] = {}
        gone: set[int] = set()
        for op in reversed(self.graph.operations):
            if id(op) in gone or op.operator not in {"Mul", "Div"}:
                continue
            product = self.product(op.outputs[0])
            for find in (self._gated, self._ramp, self._gelu):
                if found := find(product):
                    kind, x, used = found
                    instead[id(op)] = Operation(op.name, kind, DOMAIN, (x,), op.outputs)
                    gone |= {id(one) for one in (*product.made, *used)} - {id(op)}
                    break
        for op in self.graph.operations:
            if id(op) not in gone:
                yield instead.get(id(op), op)

    # --- reading ---------------------------------------------------------------------------------

    def number(self, name: str) -> float | None:
        """Return the number of a constant that is one."""
        tensor: object = self.graph.constants.get(name)
        if tensor is None and (op := self.maker.get(name)) and op.operator == "Constant":
            value = op.attributes.get("value", op.attributes.get("value_float"))
            if isinstance(value, int | float):
                return float(value)
            tensor = value
        op = self.maker.get(name)
        if op and op.operator in {"Cast", "CastLike", "Identity"} and op.inputs:
            return self.number(op.inputs[0])
        if not isinstance(tensor, Tensor):
            return None
        found = numbers(tensor)
        if found is None or len(found) != 1 or isinstance(found[0], str):
            return None
        return float(found[0])

    def made_by(self, name: str, *operators: str) -> Operation | None:
        """Return what makes a value, if it is one of these and nobody else reads it."""
        op = self.maker.get(name)
        is_one = op is not None and op.operator in operators and not op.domain
        return op if is_one and self.readers[name] == 1 else None

    def product(self, name: str) -> _Product:
        """Return the factors of a value, as far as nobody else reads parts of them."""
        op = self.maker.get(name)
        if op is None or op.domain or op.operator not in {"Mul", "Div"}:
            return _Product(1.0, (name,))
        left, right = op.inputs
        if op.operator == "Div":
            divisor = self.number(right)
            if not divisor:
                return _Product(1.0, (name,))
            one = self._factor(left)
            return _Product(one.constant / divisor, one.factors, (op, *one.made))
        constant, made = 1.0, [op]
        factors: list[str] = []
        for factor in (left, right):
            if (number := self.number(factor)) is not None:
                constant *= number
                continue
            one = self._factor(factor)
            constant *= one.constant
            factors += one.factors
            made += one.made
        return _Product(constant, tuple(factors), tuple(made))

    def _factor(self, name: str) -> _Product:
        return self.product(name) if self.readers[name] == 1 else _Product(1.0, (name,))

    def plus(self, name: str, number: float) -> tuple[str, Operation] | None:
        """Return what a number is added to."""
        if op := self.made_by(name, "Add"):
            for one, other in (op.inputs, op.inputs[::-1]):
                given = self.number(other)
                if given is not None and _is(given, number):
                    return one, op
        return None

    # --- what is known ---------------------------------------------------------------------------

    def _gated(self, product: _Product) -> tuple[str, str, list[Operation]] | None:
        """Find an element times a function of itself: SiLU, hard swish, mish."""
        if len(product.factors) != 2:  # noqa: PLR2004 - the element and its gate
            return None
        for x, gate in (product.factors, product.factors[::-1]):
            op = self.made_by(gate, "Sigmoid")
            if _is(product.constant, 1) and op and op.inputs[0] == x:
                return "Silu", x, [op]
            if _is(product.constant, 1) and (op := self.made_by(gate, "HardSigmoid")):
                alpha, beta = op.attributes.get("alpha", 0.2), op.attributes.get("beta", 0.5)
                if op.inputs[0] == x and _is(alpha, _SIXTH) and _is(beta, _HALF):
                    return "HardSwish", x, [op]
            if _is(product.constant, 1) and (op := self.made_by(gate, "Tanh")):
                inner = self.made_by(op.inputs[0], "Softplus")
                if inner and inner.inputs[0] == x:
                    return "Mish", x, [op, inner]
            found = self._clipped(gate) if _is(product.constant, _SIXTH) else None
            if found and found[0] == x:
                return "HardSwish", x, found[1]
        return None

    def _ramp(self, product: _Product) -> tuple[str, str, list[Operation]] | None:
        """Find a hard sigmoid that is written out."""
        is_sixth = len(product.factors) == 1 and _is(product.constant, _SIXTH)
        found = self._clipped(product.factors[0]) if is_sixth else None
        return ("HardSigmoid6", *found) if found else None

    def _clipped(self, name: str) -> tuple[str, list[Operation]] | None:
        """Return x and the operations of min(max(0, x + 3), 6)."""
        op = self.made_by(name, "Clip", "Relu6")
        if op is None:
            return None
        low, high = op.attributes.get("min"), op.attributes.get("max")
        if len(op.inputs) == 3:  # noqa: PLR2004 - what is clipped, and both bounds
            low, high = map(self.number, op.inputs[1:])
        if not (_is(low, 0) and _is(high, 6)):
            return None
        found = self.plus(op.inputs[0], 3)
        return (found[0], [op, found[1]]) if found else None

    def _gelu(self, product: _Product) -> tuple[str, str, list[Operation]] | None:
        """Find x/2·(1 + erf(x/√2)), and the form with the tangent."""
        if len(product.factors) != 2 or not _is(product.constant, _HALF):  # noqa: PLR2004 - two factors
            return None
        for x, other in (product.factors, product.factors[::-1]):
            found = self.plus(other, 1)
            op = self.made_by(found[0], "Erf", "Tanh") if found else None
            if found is None or op is None:
                continue
            inner = self._factor(op.inputs[0])
            if op.operator == "Erf":
                if inner.factors == (x,) and _is(inner.constant, 1 / sqrt(2)):
                    return "Gelu", x, [op, found[1], *inner.made]
                continue
            is_near = _is(inner.constant, _TANGENT) and len(inner.factors) == 1
            used = self._cubed(inner.factors[0], x) if is_near else None
            if used:
                return "GeluTanh", x, [op, found[1], *inner.made, *used]
        return None

    def _cubed(self, name: str, x: str) -> list[Operation] | None:
        """Return the operations of x + 0.044715·x³."""
        op = self.made_by(name, "Add")
        if op is None or x not in op.inputs:
            return None
        other = op.inputs[1] if op.inputs[0] == x else op.inputs[0]
        product = self._factor(other)
        if not _is(product.constant, _CUBE):
            return None
        if product.factors == (x, x, x):
            return [op, *product.made]
        power = self.made_by(product.factors[0], "Pow") if len(product.factors) == 1 else None
        if power and power.inputs[0] == x and _is(self.number(power.inputs[1]), 3):
            return [op, *product.made, power]
        return None


def _is(number: object, wanted: float) -> bool:
    """Whether a number is this one, as exactly as exporters write it."""
    is_number = isinstance(number, int | float)
    return is_number and abs(float(number) - wanted) <= _CLOSE * max(1.0, abs(wanted))  # type: ignore[arg-type]  # a number
