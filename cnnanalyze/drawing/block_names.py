"""Block names: the name of the block that a group comes from."""

from __future__ import annotations

from cnnanalyze.drawing.part import Part
from cnnanalyze.errors import Call
from cnnanalyze.graph.network import Network


def block_name(part: Part, network: Network) -> str:
    """Return the name of the block whose call made a group; failing that, the group's own name.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.drawing.part_tree import PartTree
    >>> net = cnn.load("zoo:googlenet")
    >>> root = PartTree(net).build()
    >>> [block_name(p, net) for p in root.children if p.path == "inception_3a"]
    ['inception']
    """
    name = part.path.rpartition("/")[2]
    stem = name.rstrip("0123456789")
    known = {c.block for n in part.nodes for c in n.chain}
    if stem in known:
        return stem
    call = _call(part)
    if call is not None and network.group(part.path) and not _is_inside(part, call, network):
        return call.block
    return name


def _is_inside(part: Part, call: Call, network: Network) -> bool:
    """Whether a group is only a part of what the call made, such as a row of a table."""
    around = network.group(part.path.rpartition("/")[0]) if "/" in part.path else ()
    return bool(around) and all(call in node.chain for node in around)


def _call(part: Part) -> Call | None:
    """Return the innermost call that all layers of a group have in common."""
    chains = [n.chain for n in part.nodes]
    shared = None
    for calls in zip(*chains, strict=False):
        if len({(c.block, c.mark.line, c.mark.column, c.arguments) for c in calls}) > 1:
            break
        shared = calls[0]
    return shared
