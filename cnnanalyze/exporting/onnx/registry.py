"""How a layer kind is written in ONNX: one function for each, in a file for each family."""

from __future__ import annotations

from collections.abc import Callable

from cnnanalyze.exporting.onnx.graph import Graph
from cnnanalyze.graph.node import Node

Writer = Callable[[Graph, Node, list[str]], str]
"""Adds the operations of a layer that reads these names, and returns the name of its output."""

WRITERS: dict[str, Writer] = {}
"""By kind."""

TARGET = "ONNX"


def writes(*kinds: str) -> Callable[[Writer], Writer]:
    """Register how layers of these kinds are written."""

    def register(writer: Writer) -> Writer:
        for kind in kinds:
            WRITERS[kind] = writer
        return writer

    return register
