"""The spec as it is written, line by line, with a place to link to for every layer."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

from cnnanalyze.errors import Mark, Source
from cnnanalyze.graph.network import Network
from cnnanalyze.language.spec import spec_of


class SourceLine(NamedTuple):
    """One line of a spec."""

    anchor: str
    number: int
    text: str
    layers: tuple[int, ...]
    """The layers that are written here, by their place in the order of execution."""


class SourceFile(NamedTuple):
    """One file of a spec: the network's own, or one that it extends."""

    name: str
    digest: str
    lines: tuple[SourceLine, ...]


class Sources:
    """The files that a network was read from, the one that was named first."""

    def __init__(self, network: Network) -> None:
        self._network = network
        marks = {id(mark): mark for n in network.nodes if (mark := n.mark) is not None}
        written = (spec_of(network).source, *(mark.source for mark in marks.values()))
        found = dict.fromkeys(source for source in written if source is not None)
        self._numbers = {source: number for number, source in enumerate(found)}

    def place(self, mark: Mark | None) -> tuple[str, int]:
        """Return the anchor and the line of a place; nothing of what is written nowhere."""
        if mark is None:
            return "", 0
        return _anchor(self._numbers.get(mark.source, 0), mark.line), mark.line

    @cached_property
    def files(self) -> tuple[SourceFile, ...]:
        """The files, line by line."""
        layers: dict[str, list[int]] = {}
        anchors: dict[int, str] = {}  # many layers are written at one mark
        for i, node in enumerate(self._network.nodes):
            mark = node.mark
            if id(mark) not in anchors:
                anchors[id(mark)] = self.place(mark)[0]
            layers.setdefault(anchors[id(mark)], []).append(i)
        return tuple(self._file(source, n, layers) for source, n in self._numbers.items())

    @staticmethod
    def _file(source: Source, number: int, layers: dict[str, list[int]]) -> SourceFile:
        lines = []
        for line, text in enumerate(source.lines, start=1):
            anchor = _anchor(number, line)
            lines.append(SourceLine(anchor, line, text, tuple(layers.get(anchor, ()))))
        digest = hashlib.sha256(source.text.encode()).hexdigest()
        return SourceFile(base_name(source.name), digest, tuple(lines))


def _anchor(file: int, line: int) -> str:
    return f"L{line}" if file == 0 else f"L{file + 1}-{line}"


def base_name(name: str) -> str:
    """Return the name of a file without its folders: pages are the same on every machine.

    Examples
    --------
    >>> base_name("/somewhere/else/net.yaml"), base_name("<stdin>")
    ('net.yaml', '<stdin>')
    """
    return PurePath(name).name or name
