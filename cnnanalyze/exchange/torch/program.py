"""Recorded programs: what ``torch.export`` gives of a module, as a model of ONNX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnanalyze.exchange.onnx.model import Graph, Model
from cnnanalyze.exchange.torch import layers, operators  # noqa: F401 - importing registers
from cnnanalyze.exchange.torch.translation import OPSET, Translation

if TYPE_CHECKING:
    from torch.export import ExportedProgram


def model_of(program: ExportedProgram, name: str) -> Model:
    """Return what was recorded of a module as a model of ONNX.

    Parameters
    ----------
    program
        What ``torch.export`` gives.
    name
        What the network is called.
    """
    translation = Translation(program)
    for node in program.graph.nodes:
        translation.add(node)
    graph = Graph(
        name,
        tuple(translation.inputs),
        tuple(translation.outputs),
        tuple(translation.operations),
        translation.constants,
        translation.values,
    )
    return Model(graph, {"": OPSET}, "torch.export", name)
