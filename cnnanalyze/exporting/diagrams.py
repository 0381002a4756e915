"""Networks as texts that draw a graph: Mermaid and Graphviz's DOT, blocks as frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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

    def text(name: str, *lines: str) -> str:
        return "<br>".join(_escaped(line) for line in (name, *lines))

    def frame(group: Group, number: str, depth: int) -> tuple[str, str]:
        indent = _INDENT * depth
        return f'{indent}subgraph {number}["{_escaped(_title(group))}"]', f"{indent}end"

    names = _numbers(network)
    lines = [f"flowchart {'LR' if is_level else 'TD'}"]
    lines += [
        f'{_INDENT}{names[name]}(["{text(name, given.written)}"])'
        for name, given in network.inputs.items()
    ]
    lines += _inside(
        group_tree(network),
        frame,
        lambda node, depth: f'{_INDENT * depth}{names[node.id]}["{text(*_said(node))}"]',
    )
    lines += [
        f"{_INDENT}{names[source]} -->|{network.shape_of(source)}| {names[node.id]}"
        for node in network.nodes
        for source in node.inputs
    ]
    return "\n".join(lines) + "\n"


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

    def text(name: str, *lines: str) -> str:
        return r"\n".join(_quoted(line) for line in (name, *lines))

    def frame(group: Group, number: str, depth: int) -> tuple[str, str]:
        indent = _INDENT * depth
        head = f"{indent}subgraph cluster_{number} {{\n{indent}{_INDENT}"
        return f'{head}label="{_quoted(_title(group))}";', f"{indent}}}"

    names = _numbers(network)
    lines = [f'digraph "{_quoted(network.name)}" {{', f"{_INDENT}node [shape=box];"]
    lines += [f"{_INDENT}rankdir=LR;"] if is_level else []
    lines += [
        f'{_INDENT}{names[name]} [label="{text(name, given.written)}", shape=ellipse];'
        for name, given in network.inputs.items()
    ]
    lines += _inside(
        group_tree(network),
        frame,
        lambda node, depth: f'{_INDENT * depth}{names[node.id]} [label="{text(*_said(node))}"];',
    )
    lines += [
        f'{_INDENT}{names[source]} -> {names[node.id]} [label="{network.shape_of(source)}"];'
        for node in network.nodes
        for source in node.inputs
    ]
    return "\n".join([*lines, "}"]) + "\n"


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
