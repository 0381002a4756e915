"""A network as the text of a functional model of Keras."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from cnnanalyze.errors import UsageError
from cnnanalyze.exporting.assembly import WITHIN, Assembly, assemble
from cnnanalyze.exporting.code import (
    INDENT,
    WIDTH,
    Argument,
    Call,
    Expression,
    Verbatim,
    lay_out,
    signature,
    statement,
    written,
)
from cnnanalyze.exporting.definitions import CHANNELS, Conditional, Definition
from cnnanalyze.exporting.keras import layers as _layers
from cnnanalyze.exporting.keras.blocks import layer_class
from cnnanalyze.exporting.keras.registry import CLASSES, TARGET, WRITERS
from cnnanalyze.exporting.names import identifier, stem
from cnnanalyze.exporting.part import Steps, refuse
from cnnanalyze.exporting.variables import variables
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node

_ = _layers  # importing registers


def model_text(network: Network) -> str:
    """Return the text of a functional model of Keras 3, which is formatted as ruff formats it.

    Raises
    ------
    UsageError
        If a layer of the network cannot be written.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> layers = "[{conv: {filters: 2, kernel: 3}}, relu]"
    >>> net = cnn.loads("{cnn: 1, name: tiny, input: 5x5x3, layers: " + layers + "}")
    >>> print(model_text(net), end="")
    import keras
    from keras import layers
    <BLANKLINE>
    <BLANKLINE>
    def tiny():
        x = inputs = keras.Input((5, 5, 3))
        x = layers.Conv2D(2, 3, name="conv1")(x)
        x = layers.ReLU(name="relu1")(x)
        return keras.Model(inputs, x)
    """
    return write_model(network)[0]


def write_model(network: Network) -> tuple[str, Assembly]:
    """Return the text of a model, and what it is made of."""
    own = (
        step.module.function
        for node in network.nodes
        for step in _steps_of(node, network)
        if step.module
    )
    taken = frozenset(
        {*own, "keras", "layers", "ops", "initializers", "math", "np", "inputs", "name"}
    )
    assembly = assemble(network, _steps_of, taken, functional=True)
    for node in network.nodes:
        if node.share is not None and any(place.node == node.id for place in assembly.places):
            raise refuse(
                node, TARGET, f" with the weights of '{node.share}', which is another layer,"
            )
    *blocks, whole = assembly.definitions
    names = {d.name for d in assembly.definitions if d.name not in assembly.classes}
    texts = [layer_class(d) if d.name in assembly.classes else _function(d, names) for d in blocks]
    texts.append(_model(network, whole, names, list(_settings(network, assembly))))
    body = "\n\n\n".join([*_own_classes("\n".join(texts)), *texts])
    return f"{_imports(body)}\n\n\n{body}\n", assembly


def _steps_of(node: Node, network: Network) -> Steps:
    del network
    writer = WRITERS.get(node.kind)
    if writer is None:
        raise refuse(node, TARGET)
    return writer(node)


def _own_classes(text: str) -> list[str]:
    return [source for name, source in sorted(CLASSES.items()) if re.search(rf"\b{name}\(", text)]


def _imports(body: str) -> str:
    lines = ["import math", ""] if re.search(r"\bmath\.", body) else []
    lines.append("import keras")
    if re.search(r"\bnp\.", body):
        lines.append("import numpy as np")
    words = [w for w in ("initializers", "layers", "ops") if re.search(rf"\b{w}\.", body)]
    lines += [f"from keras import {', '.join(words)}"] if words else []
    return "\n".join(lines)


# --- statements -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Statement:
    """One line of a run: ``target = made(name=...)(inputs)``."""

    target: str
    made: Call | Verbatim
    after: str
    name: str
    """What the layer is called; nothing for an expression."""
    condition: str = ""
    otherwise: str = ""
    prefix: str = ""
    """What stands before names, in a function that has a name."""
    layer: str = ""
    """What the layer is called if it is called again."""

    def lines(self, depth: int, number: str = "") -> list[str]:
        """Return it in lines, with a number that counts in place of that of its name."""
        made = self.made
        if isinstance(made, Call) and self.name:
            name = f"{stem(self.name)}{{{number}}}" if number else self.name
            text = f'"{self.prefix}{name}"'
            if self.prefix or number:
                text = f"f{text}"
            made = replace(made, arguments=(*made.arguments, Argument("name", Verbatim(text))))
        if not self.condition:
            return self._laid_out(made, depth)
        indent = INDENT * depth
        before = (
            [] if self.target == self.otherwise else [f"{indent}{self.target} = {self.otherwise}"]
        )
        inner = self._laid_out(made, depth + 1)
        # What is made may read the old value of its target: the other value waits for its turn.
        if before and re.search(rf"\b{self.target}\b", self._read):
            other = [f"{indent}else:", f"{INDENT}{before[0]}"]
            return [f"{indent}if {self.condition}:", *inner, *other]
        return [*before, f"{indent}if {self.condition}:", *inner]

    def _laid_out(self, made: Call | Verbatim, depth: int) -> list[str]:
        if self.layer:
            lines = lay_out(f"{self.layer} = ", made, depth=depth)
            return [*lines, *statement(f"{self.target} = ", f"{self.layer}{self.after}", depth)]
        before, indent = f"{self.target} = ", INDENT * depth
        if isinstance(made, Verbatim):
            return statement(before, made.text, depth)
        whole = f"{indent}{before}{written(made)}"
        if len(whole) + len(self.after) <= WIDTH or not self.after or len(whole) >= WIDTH:
            return lay_out(before, made, self.after, depth)
        return [f"{whole}(", f"{indent}{INDENT}{self.after[1:-1]}", f"{indent})"]

    def follows(self, other: _Statement) -> bool:
        """Whether it is the same as another one, but for the number at the end of its name."""
        own, before = self.name[len(stem(self.name)) :], other.name[len(stem(other.name)) :]
        return (
            replace(self, name="") == replace(other, name="")
            and stem(self.name) == stem(other.name)
            and own.isdigit()
            and before.isdigit()
            and int(own) == int(before) + 1
            and not (self.condition or self.layer)
            and re.search(rf"\b{self.target}\b", self._read) is not None
        )

    @property
    def _read(self) -> str:
        first = self.made.arguments[:1] if isinstance(self.made, Call) else ()
        return self.after + "".join(written(a.value) for a in first)


def _statements(
    definition: Definition, found: dict[str, str], names: set[str], prefix: str
) -> Iterator[_Statement]:
    again = _called_again(definition)
    for one in definition.members:
        member = one.member
        made = [member.name, *(f"{member.name}.{k}" for k in range(1, member.outputs))]
        target = ", ".join(found[name] for name in made)
        condition = "" if one.condition is None else one.condition.over()
        otherwise = found[one.otherwise] if one.otherwise else ""
        if one.condition is not None and _is_read_only_where(one, definition):
            otherwise = target
        inputs = [found[i] for i in member.inputs]
        value, after = _made(one, inputs, names)
        name = member.name if isinstance(value, Call) else ""
        layer = member.name if member.name in again else ""
        yield _Statement(target, value, after, name, condition, otherwise, prefix, layer)


def _is_read_only_where(one: Conditional, definition: Definition) -> bool:
    """Whether what reads a member is there on the same condition only."""
    name = one.member.name
    readers = [o for o in definition.members if name in {*o.member.inputs, o.otherwise}]
    return name not in definition.exits and all(r.condition == one.condition for r in readers)


def _called_again(definition: Definition) -> set[str]:
    return {one.member.uses for one in definition.members if one.member.uses}


def _made(one: Conditional, inputs: Sequence[str], names: set[str]) -> tuple[Call | Verbatim, str]:
    step = one.member.step
    if step.module is None:
        values = {
            a.name: a.value.over() if isinstance(a.value, Expression) else written(a.value)
            for a in step.values
        }
        return Verbatim(step.forward.format(*inputs, module=one.member.uses, **values)), ""
    if step.module.function in names:
        read = tuple(Argument(f"input{k}", Verbatim(i), True) for k, i in enumerate(inputs))
        own = (a for a in step.module.arguments if a.name not in CHANNELS)
        return Call(step.module.function, (*read, *own)), ""
    return step.module, step.forward.removeprefix("{module}").format(*inputs)


def _body(statements: Sequence[_Statement], depth: int = 1) -> Iterator[str]:
    """Yield the lines of statements: what stands on one condition together, rows as loops."""
    runs = [[*run] for _, run in groupby(statements, lambda one: one.condition)]
    at = 0
    while at < len(runs):
        run = runs[at]
        other = runs[at + 1] if at + 1 < len(runs) else []
        condition = run[0].condition
        has_choice = bool(other) and _are_opposite(condition, other[0].condition)
        if not condition or (len(run) == 1 and not has_choice):
            yield from _rows(run, depth)
            at += 1
            continue
        indent = INDENT * depth
        yield f"{indent}if {condition}:"
        yield from _rows([replace(one, condition="") for one in run], depth + 1)
        instead = [
            f"{indent}{INDENT}{one.target} = {one.otherwise}"
            for one in run
            if one.otherwise != one.target
        ]
        if has_choice:
            instead += _rows([replace(one, condition="") for one in other], depth + 1)
        if instead:
            yield f"{indent}else:"
            yield from instead
        at += 1 + has_choice


def _are_opposite(one: str, other: str) -> bool:
    """Whether of two conditions always one holds."""
    if " and " in f"{one}{other}" or " or " in f"{one}{other}" or not one or not other:
        return False
    return other in {f"not {one}", one.replace(" == ", " != ")} - {one} or one in {
        f"not {other}",
        other.replace(" == ", " != "),
    } - {other}


def _rows(statements: Sequence[_Statement], depth: int) -> Iterator[str]:
    """Yield the lines of statements, rows of which are loops."""
    at = 0
    while at < len(statements):
        count = 1
        while at + count < len(statements) and statements[at + count].follows(
            statements[at + count - 1]
        ):
            count += 1
        first = statements[at]
        if count > 1:
            start = int(first.name[len(stem(first.name)) :])
            numbers = f"{start}, {start + count}" if start else f"{count}"
            yield f"{INDENT * depth}for number in range({numbers}):"
            yield from first.lines(depth + 1, "number")
        else:
            yield from first.lines(depth)
        at += count


def _function(definition: Definition, names: set[str]) -> str:
    inputs = ["x", "y", "z", *(f"x{k}" for k in range(3, definition.sources))]
    inputs = inputs[: definition.sources]
    told = [p for p in definition.parameters if p.name not in CHANNELS]
    parameters = [
        *inputs,
        *(p.name if p.default is None else f"{p.name}={written(p.default)}" for p in told),
    ]
    needed = [p.name for p in definition.parameters if p.name in CHANNELS]
    taken = names | {p.name for p in definition.parameters} | _called_again(definition)
    found = variables(definition, inputs, taken)
    # Where all parameters have defaults, so has the name, which is told by every caller.
    head = signature(f"def {definition.name}", [*parameters, "*", "name"], ":")
    body = list(_body(list(_statements(definition, found, names, "{name}_"))))
    used = [n for n in needed if any(re.search(rf"\b{n}\b", line) for line in body)]
    lines = [*(f"{INDENT}{n} = x.shape[-1]" for n in used), *body]
    result = ", ".join(found[name] for name in definition.exits)
    return "\n".join([*head, *lines, f"{INDENT}return {result}"])


def _model(
    network: Network, definition: Definition, names: set[str], settings: Sequence[str]
) -> str:
    given = [identifier(name) for name in network.inputs]
    single = len(given) == 1
    inputs = ["x"] if single else given
    lines = [f"def {definition.name}():"]
    for name, shape in zip(inputs, network.inputs.values(), strict=True):
        extents = written(tuple(shape.shape.extents))
        begin = "x = inputs" if single else name
        lines.append(f"{INDENT}{begin} = keras.Input({extents})")
    if not single:
        lines.append(f"{INDENT}inputs = [{', '.join(inputs)}]")
    found = variables(definition, inputs, names | _called_again(definition))
    lines += _body(list(_statements(definition, found, names, "")))
    ends = [found[name] for name in definition.exits]
    result = [Verbatim(end) for end in ends]
    made = Call(
        "keras.Model",
        (
            Argument("inputs", Verbatim("inputs"), True),
            Argument("outputs", result if len(ends) > 1 else result[0], True),
        ),
    )
    if not settings:
        return "\n".join([*lines, *lay_out("return ", made, depth=1)])
    return "\n".join(
        [*lines, *lay_out("model = ", made, depth=1), *settings, f"{INDENT}return model"]
    )


def holder(path: str) -> tuple[str, str]:
    """Return what the layer is called that holds a tensor, and where it lies within that.

    Examples
    --------
    >>> holder("stage1_unit1.conv1.0"), holder("tower1:unit1:conv1.0")
    (('stage1_unit1_conv1', ''), ('tower1', 'unit1.conv1'))
    """
    outer, *inner = path.rpartition(".")[0].split(WITHIN)
    return outer.replace(".", "_"), ".".join(inner)


def _reached(path: str) -> str:
    """Return how Python reaches the layer that holds a tensor."""
    name, inner = holder(path)
    return f'model.get_layer("{name}"){"." if inner else ""}{inner}'


def _settings(network: Network, assembly: Assembly) -> Iterator[str]:
    """Yield the lines that freeze and give weights."""
    held: dict[str, list[str]] = {}
    for place in assembly.places:
        held.setdefault(place.node, []).append(_reached(place.path))
    for node in network.nodes:
        if node.frozen:
            for name in dict.fromkeys(held.get(node.id, ())):
                yield f"{INDENT}{name}.trainable = False"
    for node in network.nodes:
        if not node.given:
            continue
        roles = [param.role for param in node.layer.params(*node.input_shapes)]
        given = {g.role: g.values for g in node.given}
        if set(given) != set(roles) or len(set(held[node.id])) > 1:
            raise UsageError(
                f"{node.id}: {', '.join(given)} alone cannot be given in Keras",
                help=f"give all of {', '.join(roles)}",
            )
        arrays = [Call("np.array", (Argument("0", _nested(given[r]), True),)) for r in roles]
        call = Call(f"{held[node.id][0]}.set_weights", (Argument("0", arrays, True),))
        yield from lay_out("", call, depth=1)


def _nested(values: object) -> object:
    return [_nested(v) for v in values] if isinstance(values, tuple) else values
