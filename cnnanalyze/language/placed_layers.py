"""Layers that are laid out already, by their paths and by what they stand in."""

from __future__ import annotations

from cnnanalyze.graph.node import Node


class PlacedLayers(dict[str, Node]):
    """The layers by their paths."""

    def __init__(self) -> None:
        super().__init__()
        self._groups: dict[str, list[Node]] = {}
        self._waiting: list[Node] = []

    def __setitem__(self, path: str, node: Node) -> None:
        super().__setitem__(path, node)
        self._waiting.append(node)

    def inside(self, path: str) -> list[Node]:
        """Return the layers inside of a block instance, a row or a branch.

        Only faults ask for it, so the layers are sorted into groups when it is asked, each once.
        """
        for node in self._waiting:
            parts = node.id.split("/")
            for depth in range(1, len(parts)):
                self._groups.setdefault("/".join(parts[:depth]), []).append(node)
        self._waiting.clear()
        return self._groups.get(path, [])
