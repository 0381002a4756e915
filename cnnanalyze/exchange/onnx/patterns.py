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
            if id(op) in gone or op.domain:
                continue
            found = self._norm(op) or self._groups(op) or self._softplus(op)
            if found is not None and gone.isdisjoint(map(id, found[1])):
                instead[id(op)] = found[0]
                gone |= {id(one) for one in found[1]} - {id(op)}
                continue
            if op.operator not in {"Mul", "Div"}:
                continue
            product = self.product(op.outputs[0])
            for find in (self._gated, self._ramp, self._gelu):
                if known := find(product):
                    kind, x, used = known
                    instead[id(op)] = Operation(op.name, kind, DOMAIN, (x,), op.outputs)
                    gone |= {id(one) for one in (*product.made, *used)} - {id(op)}
                    break
        for op in self.graph.operations:
            if id(op) not in gone:
                yield instead.get(id(op), op)

    # --- reading ---------------------------------------------------------------------------------

    def held(self, name: str) -> tuple[tuple[int, ...], tuple[float, ...] | None] | None:
        """Return the extents of a constant, and its numbers if they are known."""
        tensor: object = self.graph.constants.get(name)
        op = self.maker.get(name)
        if op and op.operator in {"Cast", "CastLike", "Identity"} and op.inputs:
            return self.held(op.inputs[0])
        if op and op.operator in {"Unsqueeze", "Squeeze"}:
            found = self.held(op.inputs[0])
            return None if found is None else (tuple(n for n in found[0] if n > 1), found[1])
        if tensor is None and op and op.operator == "Constant":
            tensor = op.attributes.get("value", op.attributes.get("value_float"))
            if isinstance(tensor, int | float):
                return (), (float(tensor),)
        if not isinstance(tensor, Tensor):
            return None
        many = numbers(tensor)
        if many is None or any(isinstance(n, str) for n in many):
            return tensor.shape, None
        return tensor.shape, tuple(map(float, many))

    def is_constant(self, name: str) -> bool:
        """Whether a value is a constant of the file."""
        return self.held(name) is not None

    def extents(self, name: str) -> tuple[int, ...] | None:
        """Return the extents of a constant."""
        found = self.held(name)
        return None if found is None else found[0]

    def whole(self, name: str) -> tuple[int, ...] | None:
        """Return the numbers of a constant as whole ones."""
        found = self.held(name)
        return None if found is None or found[1] is None else tuple(map(int, found[1]))

    def filled(self, name: str) -> float | None:
        """Return the number that a constant has again and again."""
        found = self.held(name)
        many = set(found[1]) if found and found[1] else set()
        return many.pop() if len(many) == 1 else None

    def number(self, name: str) -> float | None:
        """Return the number of a constant that is one."""
        found = self.held(name)
        return found[1][0] if found and found[1] and len(found[1]) == 1 else None

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

    def _norm(self, op: Operation) -> tuple[Operation, list[Operation]] | None:
        """Find a layer normalisation that is written out, with scale and bias or without."""
        used = [op]
        held = ["", ""]
        node: Operation | None = op
        for place, operator in ((1, "Add"), (0, "Mul")):
            if node is None or node.operator != operator:
                continue
            constants = [name for name in node.inputs if self.is_constant(name)]
            others = [name for name in node.inputs if not self.is_constant(name)]
            if len(constants) != 1 or len(others) != 1:
                return None
            held[place] = constants[0]
            node = self.made_by(others[0], "Div", "Mul")
            used += [node] if node else []
        if node is None or node.operator != "Div":
            return None
        top, below = node.inputs
        root = self.made_by(below, "Sqrt")
        offset = self.made_by(root.inputs[0], "Add") if root else None
        centred = self.maker.get(top)
        if root is None or offset is None or centred is None or centred.operator != "Sub":
            return None
        epsilon = next((n for name in offset.inputs if (n := self.number(name)) is not None), None)
        spread = next(
            (m for name in offset.inputs if (m := self.made_by(name, "ReduceMean"))), None
        )
        mean = self.made_by(centred.inputs[1], "ReduceMean")
        if epsilon is None or spread is None or mean is None:
            return None
        square = self.made_by(spread.inputs[0], "Pow", "Mul")
        x = centred.inputs[0]
        if square is None or set(square.inputs[:1]) != {top} or mean.inputs[0] != x:
            return None
        is_square = (
            square.inputs[1] == top
            if square.operator == "Mul"
            else _is(self.number(square.inputs[1]), 2)
        )
        axes = self._axes(mean)
        readers = 3 if square.operator == "Mul" else 2
        if not is_square or axes is None or axes != self._axes(spread):
            return None
        if self.readers[top] != readers or not mean.attributes.get("keepdims", 1):
            return None
        made = Operation(
            op.name,
            "LayerNorm",
            DOMAIN,
            (x, *held),
            op.outputs,
            {"axes": axes, "epsilon": float(f"{epsilon:.7g}")},
        )
        return made, [*used, root, offset, centred, spread, mean, square]

    def _axes(self, op: Operation) -> tuple[int, ...] | None:
        """Return the axes of a reduction, as an attribute or an input."""
        said = op.attributes.get("axes")
        if isinstance(said, tuple):
            return tuple(n for n in said if isinstance(n, int))
        return self.whole(op.inputs[1]) if len(op.inputs) > 1 else None

    def _groups(self, op: Operation) -> tuple[Operation, list[Operation]] | None:
        """Find a group normalisation, written as one of instances between reshapes."""
        used, held, node = [op], ["", ""], op
        for place, operator in ((1, "Add"), (0, "Mul")):
            constants = [name for name in node.inputs if self.is_constant(name)]
            others = [name for name in node.inputs if not self.is_constant(name)]
            if node.operator != operator or len(constants) != 1 or len(others) != 1:
                return None
            held[place] = constants[0]
            following = self.made_by(others[0], "Mul", "Reshape")
            if following is None:
                return None
            node = following
            used.append(node)
        norm = self.made_by(node.inputs[0], "InstanceNormalization")
        if node.operator != "Reshape" or norm is None:
            return None
        before = self.made_by(norm.inputs[0], "Reshape")
        groups = self.extents(norm.inputs[1])
        plain = [self.filled(name) for name in norm.inputs[1:]]
        scale = self.extents(held[0])
        if before is None or groups is None or plain != [1, 0] or scale is None:
            return None
        if sum(n > 1 for n in scale) > 1:
            return None
        made = Operation(
            op.name,
            "GroupNorm",
            DOMAIN,
            (before.inputs[0], *held),
            op.outputs,
            {"num_groups": groups[0], "epsilon": norm.attributes.get("epsilon", 1e-5)},
        )
        return made, [*used, norm, before]

    def _softplus(self, op: Operation) -> tuple[Operation, list[Operation]] | None:
        """Find a softplus that passes large numbers on as they are."""
        if op.operator != "Where":
            return None
        condition, x, other = op.inputs
        bent, is_large = self.made_by(other, "Softplus"), self.made_by(condition, "Greater")
        if bent is None or is_large is None or bent.inputs[0] != x or is_large.inputs[0] != x:
            return None
        return Operation(op.name, "Softplus", "", (x,), op.outputs), [op, bent, is_large]


def _is(number: object, wanted: float) -> bool:
    """Whether a number is this one, as exactly as exporters write it."""
    is_number = isinstance(number, int | float)
    return is_number and abs(float(number) - wanted) <= _CLOSE * max(1.0, abs(wanted))  # type: ignore[arg-type]  # a number
