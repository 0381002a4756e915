"""Networks as texts that draw a graph: Mermaid and Graphviz's DOT, blocks as frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cnnanalyze.core.shape import Shape
from cnnanalyze.exporting.tree import Group, group_tree
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import per_axis
from cnnanalyze.layers.window import stride_of

_INDENT = "  "


def write_mermaid(network: Network, *, is_level: bool = False) -> str:
    """Return a network as a flowchart of Mermaid, which GitHub and GitLab draw in Markdown.

    It runs down, or to the right if that is asked for.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [{add: [relu, []]}]}")
    >>> print(write_mermaid(net), end="")
    flowchart TD
      n0(["input<br>5x5x1"])
      n1["relu1<br>relu"]
      n2["add1<br>add"]
      n0 -->|5x5x1| n1
      n1 -->|5x5x1| n2
      n0 -->|5x5x1| n2
    """

    def text(*lines: str) -> str:
        return "<br>".join(map(_escaped, lines))

    def frame(group: Group, number: str, indent: str) -> tuple[str, str]:
        return f'{indent}subgraph {number}["{_escaped(_title(group))}"]', f"{indent}end"

    syntax = _Syntax(
        begin=lambda name, said: f'{name}(["{text(*said)}"])',
        layer=lambda name, said: f'{name}["{text(*said)}"]',
        edge=lambda one, other, shape: f"{one} -->|{shape}| {other}",
        frame=frame,
    )
    return "\n".join([f"flowchart {'LR' if is_level else 'TD'}", *_lines(network, syntax)]) + "\n"


def write_dot(network: Network, *, is_level: bool = False) -> str:
    r"""Return a network as a graph in DOT, the language of Graphviz.

    It runs down, or to the right if that is asked for.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> print(write_dot(cnn.loads("{cnn: 1, name: n, input: 5x5x1, layers: [relu]}")), end="")
    digraph "n" {
      node [shape=box];
      n0 [label="input\n5x5x1", shape=ellipse];
      n1 [label="relu1\nrelu"];
      n0 -> n1 [label="5x5x1"];
    }
    """

    def text(*lines: str) -> str:
        return r"\n".join(map(_quoted, lines))

    def frame(group: Group, number: str, indent: str) -> tuple[str, str]:
        head = f"{indent}subgraph cluster_{number} {{\n{indent}{_INDENT}"
        return f'{head}label="{_quoted(_title(group))}";', f"{indent}}}"

    syntax = _Syntax(
        begin=lambda name, said: f'{name} [label="{text(*said)}", shape=ellipse];',
        layer=lambda name, said: f'{name} [label="{text(*said)}"];',
        edge=lambda one, other, shape: f'{one} -> {other} [label="{shape}"];',
        frame=frame,
    )
    head = [f'digraph "{_quoted(network.name)}" {{', f"{_INDENT}node [shape=box];"]
    head += [f"{_INDENT}rankdir=LR;"] if is_level else []
    return "\n".join([*head, *_lines(network, syntax), "}"]) + "\n"


class _Syntax(NamedTuple):
    """How a language writes the parts of a graph."""

    begin: Callable[[str, tuple[str, ...]], str]
    """An input, from its name in the graph and what is said of it."""
    layer: Callable[[str, tuple[str, ...]], str]
    edge: Callable[[str, str, Shape], str]
    frame: Callable[[Group, str, str], tuple[str, str]]
    """What stands before and behind the layers of a block, from its number and its indent."""


def _lines(network: Network, syntax: _Syntax) -> Iterator[str]:
    """Yield the lines of inputs, of layers within their blocks, and of what they read."""
    names = _numbers(network)
    for name, given in network.inputs.items():
        yield _INDENT + syntax.begin(names[name], (name, given.written))
    yield from _inside(
        group_tree(network),
        lambda group, number, depth: syntax.frame(group, number, _INDENT * depth),
        lambda node, depth: _INDENT * depth + syntax.layer(names[node.id], _said(node)),
    )
    for node in network.nodes:
        for source in node.inputs:
            yield _INDENT + syntax.edge(names[source], names[node.id], network.shape_of(source))


def _numbers(network: Network) -> dict[str, str]:
    names = (*network.inputs, *(node.id for node in network.nodes))
    return {name: f"n{number}" for number, name in enumerate(names)}


def _title(group: Group) -> str:
    is_plain = not group.block or group.name.rstrip("0123456789") == group.block
    return group.name if is_plain else f"{group.name} ({group.block})"


def _said(node: Node) -> tuple[str, str]:
    """Return the name of a layer within its block, and what it is."""
    words, rank = [node.kind], node.input_shapes[0].rank
    if "kernel" in node.attributes:
        stride = stride_of({"stride": 1, **node.attributes})
        kernel, step = (
            "x".join(map(str, per_axis(value, rank, name)))
            for name, value in (
                ("kernel", node.attributes["kernel"]),
                ("stride", stride),
            )
        )
        words.append(kernel if set(step) <= {"1", "x"} else f"{kernel}, stride {step}")
    return node.id.rpartition("/")[2], " ".join(words)


def _inside(
    group: Group,
    frame: Callable[[Group, str, int], tuple[str, str]],
    line: Callable[[Node, int], str],
) -> Iterator[str]:
    """Yield the lines of layers, those of a block within its frame; branches have none."""
    count = 0

    def walk(inner: Group, depth: int) -> Iterator[str]:
        nonlocal count
        for member in inner.members:
            if isinstance(member, Node):
                yield line(member, depth)
            elif member.is_branch:
                yield from walk(member, depth)
            else:
                count += 1
                head, foot = frame(member, f"g{count}", depth)
                yield head
                yield from walk(member, depth + 1)
                yield foot

    yield from walk(group, 1)


def _escaped(text: str) -> str:
    """Return a text in which nothing is markup of Mermaid.

    Examples
    --------
    >>> _escaped('a<b>"#')
    'a#60;b#62;#34;#35;'
    """
    return "".join(f"#{ord(c)};" if c in '#"<>`;&\\' or not c.isprintable() else c for c in text)


def _quoted(text: str) -> str:
    """Return a text within quotes of DOT."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain.replace("\\", r"\\").replace('"', r"\"")
