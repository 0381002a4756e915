"""A network as the text of a PyTorch module."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from cnnanalyze.exporting.assembly import SEQUENTIAL, Assembly, Place, assemble
from cnnanalyze.exporting.code import (
    INDENT,
    Argument,
    Call,
    Expression,
    compressed,
    lay_out,
    signature,
    statement,
    written,
)
from cnnanalyze.exporting.definitions import Conditional, Definition
from cnnanalyze.exporting.names import identifier
from cnnanalyze.exporting.torch import layers as _layers
from cnnanalyze.exporting.torch.registry import CLASSES, steps_of
from cnnanalyze.exporting.variables import variables
from cnnanalyze.graph.network import Network

_ = _layers  # importing registers


def module_text(network: Network) -> str:
    """Return the text of a PyTorch module, which is formatted as ruff formats it.

    Raises
    ------
    UsageError
        If a layer of the network cannot be written.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> layers = "[{conv: {filters: 2, kernel: 3}}, relu]"
    >>> net = cnn.loads("{cnn: 1, name: tiny, input: 5x5x3, layers: " + layers + "}")
    >>> print(module_text(net), end="")
    from torch import Tensor, nn
    <BLANKLINE>
    <BLANKLINE>
    class Tiny(nn.Module):
        \"\"\"tiny\"\"\"
    <BLANKLINE>
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(3, 2, 3)
            self.relu1 = nn.ReLU()
    <BLANKLINE>
        def forward(self, x: Tensor) -> Tensor:
            x = self.conv1(x)
            return self.relu1(x)
    """
    return write_module(network)[0]


MOST_NAMED = 6
"""Of more outputs the type is not told one by one: a line has an end."""


def write_module(network: Network) -> tuple[str, Assembly]:
    """Return the text of a PyTorch module, and what it is made of.

    Raises
    ------
    UsageError
        If a layer of the network cannot be written.
    """
    taken = frozenset({*_class_names(network), "Any", "F", "Tensor"})
    assembly = assemble(network, steps_of, taken)
    *blocks, whole = assembly.definitions
    inputs = [identifier(name) for name in network.inputs]
    inputs = ["x"] if len(inputs) == 1 else inputs
    texts = [_class(definition, ["x", "y", "z"]) for definition in blocks]
    texts.append(_class(whole, inputs, network.name, list(_settings(network, assembly))))
    body = "\n\n\n".join([*_own_classes("\n".join(texts)), *texts])
    return f"{_imports(body)}\n\n\n{body}\n", assembly


def _class_names(network: Network) -> Iterator[str]:
    for node in network.nodes:
        for step in steps_of(node, network):
            if step.module is not None and step.module.function in CLASSES:
                yield step.module.function


def _own_classes(text: str) -> list[str]:
    return [source for name, source in sorted(CLASSES.items()) if re.search(rf"\b{name}\(", text)]


_IMPORTS = (
    (r"\bmath\.", "import math"),
    (r"\bAny\b", "from typing import Any"),
    (r"\btorch\.", "import torch"),
    (r"\bF\.", "import torch.nn.functional as F"),
    ("", "from torch import Tensor, nn"),
)


def _imports(body: str) -> str:
    lines = [line for pattern, line in _IMPORTS if re.search(pattern, body)]
    of_python = [line for line in lines if "torch" not in line]
    of_torch = [line for line in lines if "torch" in line]
    return "\n".join([*of_python, *([""] if of_python else []), *of_torch])


# --- classes --------------------------------------------------------------------------------------


def _class(
    definition: Definition, sources: Sequence[str], title: str = "", settings: Sequence[str] = ()
) -> str:
    names = list(sources)
    names += [f"x{k}" for k in range(len(names), definition.sources)]
    names = names[: definition.sources]
    lines = [f"class {definition.name}(nn.Module):"]
    if title:
        lines += [f'{INDENT}"""{_docstring(title)}"""', ""]
    parameters = ["self", *_parameters(definition)]
    init = [
        *signature("def __init__", parameters, " -> None:", 1),
        f"{INDENT * 2}super().__init__()",
        *(f"{INDENT * 2}self.{name} = {name}" for name in _kept(definition)),
        *(line for one in definition.members for line in _made(one)),
        *settings,
    ]
    count = len(definition.exits)
    every = ", ".join(["Tensor"] * count) if count <= MOST_NAMED else "Tensor, ..."
    result = "Tensor" if count == 1 else f"tuple[{every}]"
    forward = [
        *signature("def forward", ["self", *(f"{n}: Tensor" for n in names)], f" -> {result}:", 1),
        *_run(definition, names),
    ]
    return "\n".join([*lines, *init, "", *forward])


def _docstring(title: str) -> str:
    return re.sub(r"\s+", " ", title).replace("\\", "/").replace('"""', "'''").strip().rstrip('"')


def _parameters(definition: Definition) -> Iterator[str]:
    yield from (
        f"{p.name}: {p.type}" + ("" if p.default is None else f" = {written(p.default)}")
        for p in definition.parameters
    )


def _kept(definition: Definition) -> list[str]:
    """Return the parameters that are needed while it runs."""
    found: dict[str, None] = {}
    for one in definition.members:
        for value in one.member.step.values:
            if isinstance(value.value, Expression):
                found.update(dict.fromkeys(re.findall(r"\{(\w+)\}", value.value.text)))
    return list(found)


def _made(one: Conditional) -> Iterator[str]:
    """Yield the lines that make a module."""
    member, module, condition = one.member, one.member.step.module, one.condition
    if condition is None:
        if module is not None:
            yield from lay_out(f"self.{member.name} = ", with_loops(module), depth=2)
        return
    if module is not None and member.step.is_module:
        yield f"{INDENT * 2}self.{member.name}: nn.Module = nn.Identity()"
        yield f"{INDENT * 2}if {condition.over()}:"
        yield from lay_out(f"self.{member.name} = ", with_loops(module), depth=3)
        return
    yield f"{INDENT * 2}self.has_{member.name} = {condition.over()}"
    if module is not None:
        yield f"{INDENT * 2}if self.has_{member.name}:"
        yield from lay_out(f"self.{member.name} = ", with_loops(module), depth=3)


def with_loops(made: Call) -> Call:
    """Return a call in which sequences of modules that are alike are loops.

    Examples
    --------
    >>> from cnnanalyze.exporting.code import call
    >>> unit = call("Unit", channels=64)
    >>> written(with_loops(call("nn.Sequential", a=unit, b=unit, c=unit)))
    'nn.Sequential(*(Unit(64) for _ in range(3)))'
    """
    arguments = tuple(
        Argument(a.name, with_loops(a.value), a.positional) if isinstance(a.value, Call) else a
        for a in made.arguments
    )
    if made.function != SEQUENTIAL:
        return Call(made.function, arguments)
    items = compressed([a.value for a in arguments])
    return Call(
        made.function,
        tuple(Argument(str(k), item, positional=True) for k, item in enumerate(items)),
    )


def _run(definition: Definition, names: Sequence[str]) -> Iterator[str]:
    found = variables(definition, names)
    lines: list[tuple[str, str]] = []
    for one in definition.members:
        member = one.member
        text = _expression(one, [found[i] for i in member.inputs])
        if one.condition is not None and not member.step.is_module:
            text = f"{text} if self.has_{member.name} else {found[one.otherwise]}"
        made = [member.name, *(f"{member.name}.{k}" for k in range(1, member.outputs))]
        lines.append((", ".join(found[name] for name in made), text))
    result = ", ".join(found[name] for name in definition.exits)
    if lines and lines[-1][0] == result:
        *lines, (_, last) = lines
        for target, text in lines:
            yield from statement(f"{target} = ", text, depth=2)
        yield from statement("return ", last, depth=2)
        return
    for target, text in lines:
        yield from statement(f"{target} = ", text, depth=2)
    yield from statement("return ", result, depth=2)


def _expression(one: Conditional, inputs: Sequence[str]) -> str:
    step = one.member.step
    values = {
        a.name: a.value.over("self.") if isinstance(a.value, Expression) else written(a.value)
        for a in step.values
    }
    text = step.forward.format(
        *inputs, module=f"self.{one.member.uses or one.member.name}", **values
    )
    return _spaced(re.sub(r"\*\(([^()]*?),?\)", r"\1", text))


def _spaced(text: str) -> str:
    """Return an expression whose slices have blanks around their colons, as ruff wants it.

    Examples
    --------
    >>> _spaced("x[:, :3]"), _spaced("x[:, : self.n]"), _spaced("x[:, self.n:]")
    ('x[:, :3]', 'x[:, : self.n]', 'x[:, self.n :]')
    """

    def spaced(found: re.Match[str]) -> str:
        parts = (
            " : ".join(p.strip() for p in part.split(":")).strip()
            if ":" in part and "self." in part
            else part
            for part in found[1].split(", ")
        )
        return f"[{', '.join(parts)}]"

    return re.sub(r"\[([^\[\]]*)\]", spaced, text)


# --- what a spec says of single layers ------------------------------------------------------------


def _settings(network: Network, assembly: Assembly) -> Iterator[str]:
    """Yield the lines that share, freeze and give weights."""
    held: dict[str, list[Place]] = {}
    for place in assembly.places:
        held.setdefault(place.node, []).append(place)
    for node in network.nodes:
        if node.share is not None and node.id in held:
            for own, other in zip(held[node.id], held[node.share], strict=True):
                yield f"{INDENT * 2}{attribute(own.path)} = {attribute(other.path)}"
    for node in network.nodes:
        if node.frozen and held.get(node.id):
            owners = dict.fromkeys(place.path.rpartition(".")[0] for place in held[node.id])
            for owner in owners:
                yield f"{INDENT * 2}{attribute(owner)}.requires_grad_(False)"
    yield from _given(network, held)


def _given(network: Network, held: Mapping[str, Sequence[Place]]) -> Iterator[str]:
    import numpy as np

    lines: list[str] = []
    for node in network.nodes:
        params = {p.role: p.shape for p in node.layer.params(*node.input_shapes)}
        for given in node.given:
            array = np.array(given.values, float).reshape(params[given.role])
            for place in held[node.id]:
                if place.role == given.role:
                    numbers = place.held.arranged(array).tolist()
                    copied = Call(
                        f"{attribute(place.path)}.copy_",
                        (
                            Argument(
                                "0", Call("torch.tensor", (Argument("0", numbers, True),)), True
                            ),
                        ),
                    )
                    lines += lay_out("", copied, depth=3)
    if lines:
        yield f"{INDENT * 2}with torch.no_grad():"
        yield from lines


def attribute(path: str) -> str:
    """Return how Python reaches what lies at a path.

    Examples
    --------
    >>> attribute("stage1.0.conv1.weight")
    'self.stage1[0].conv1.weight'
    """
    return "self" + "".join(f"[{p}]" if p.isdigit() else f".{p}" for p in path.split("."))
