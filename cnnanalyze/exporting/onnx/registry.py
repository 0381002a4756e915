"""How a layer kind is written in ONNX: one function for each, in a file for each family."""

from __future__ import annotations

from collections.abc import Callable

from cnnanalyze.core.registry import entering
from cnnanalyze.exporting.onnx.graph import Graph
from cnnanalyze.graph.node import Node

Writer = Callable[[Graph, Node, list[str]], str]
"""Adds the operations of a layer that reads these names, and returns the name of its output."""

WRITERS: dict[str, Writer] = {}
"""By kind."""

TARGET = "ONNX"


writes = entering(WRITERS)
"""Enter how layers of some kinds are written."""
