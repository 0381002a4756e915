"""A network as the bytes of an ONNX file."""

from __future__ import annotations

from cnnanalyze.crosscheck.balance import step_of
from cnnanalyze.errors import UsageError
from cnnanalyze.execute.run import draw_tensors
from cnnanalyze.exporting.onnx import layers as _layers
from cnnanalyze.exporting.onnx.graph import Graph, Tensors
from cnnanalyze.exporting.onnx.registry import TARGET, WRITERS
from cnnanalyze.exporting.part import refuse
from cnnanalyze.graph.network import Network

_ = _layers  # importing registers

LARGEST = 2**31 - 2**20
"""Bytes of all weights: protobuf counts a file in 32 bits, and there are names and shapes, too."""
_BYTES = 4
"""Of one number."""


def write_model(network: Network, *, weights: bool = False) -> bytes:
    """Return an ONNX file.

    Parameters
    ----------
    network
        The network.
    weights
        Whether it holds weights, those with which ``verify`` runs the network; else it says their
        shapes, and what the spec gives.

    Raises
    ------
    UsageError
        If a layer cannot be written, or the file would be larger than 2 GiB.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> b"GlobalAveragePool" in write_model(cnn.load("zoo:resnet50"))
    True
    """
    if not weights:
        return model_of(network, None)
    held = (n.layer.params(*n.input_shapes) for n in network.nodes if n.share is None)
    size = _BYTES * sum(param.size for params in held for param in params)
    if size > LARGEST:
        raise UsageError(
            f"an ONNX file with these weights is too large: {size:,} > {LARGEST:,} bytes",
            help="write it without weights",
        )
    return model_of(network, drawn(network))


def drawn(network: Network) -> Tensors:
    """Return the weights with which the executor runs a network."""
    shapes: dict[str, tuple[int, ...]] = {
        name: (1, *given.shape.extents) for name, given in network.inputs.items()
    }
    shapes |= {node.id: (1, *node.output.extents) for node in network.nodes}
    return draw_tensors(map(step_of, network.nodes), shapes, tuple(network.inputs))


def model_of(network: Network, tensors: Tensors | None) -> bytes:
    """Return an ONNX file with these weights, or with their shapes only."""
    graph = Graph(network, tensors)
    names: dict[str, str] = {name: str(name) for name in network.inputs}
    for node in network.nodes:
        if node.kind not in WRITERS:
            raise refuse(node, TARGET)
        graph.begin(node)
        made = WRITERS[node.kind](graph, node, [names[source] for source in node.inputs])
        names[node.id] = graph.end(node, made)
    return graph.write()
