"""The programs that networks are written for, and what is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from cnnanalyze.core.file_writing import write_file
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import Network


class Target(NamedTuple):
    """A program that a network can be written for."""

    home: str
    """The function that writes, as ``module:name``."""
    endings: tuple[str, ...]
    """What the names of files end in."""
    purpose: str
    has_weights: bool = False
    """Whether weights can be written as well."""


TARGETS = {
    "torch": Target(
        "cnnanalyze.exporting.torch.module:module_text", (".py",), "a PyTorch module in Python"
    ),
    "keras": Target(
        "cnnanalyze.exporting.keras.model:model_text", (".py",), "a functional model of Keras 3"
    ),
    "onnx": Target(
        "cnnanalyze.exporting.onnx.model:write_model",
        (".onnx",),
        "an ONNX file",
        has_weights=True,
    ),
    "mermaid": Target(
        "cnnanalyze.exporting.diagrams:write_mermaid",
        (".mmd", ".mermaid"),
        "a flowchart that GitHub and GitLab draw",
    ),
    "dot": Target(
        "cnnanalyze.exporting.diagrams:write_dot", (".dot", ".gv"), "a graph for Graphviz"
    ),
}


@dataclass(frozen=True, repr=False)
class Export:
    """A network as another program reads it.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> cnn.export("zoo:lenet5", to="torch")
    <Export of LeNet-5 to torch: 130 lines>
    """

    network: Network
    """The network."""
    target: str
    """What it is written for: ``torch``."""
    content: str | bytes
    """The file."""

    @property
    def text(self) -> str:
        """The content, where it is a text.

        Raises
        ------
        UsageError
            If it is none.
        """
        if isinstance(self.content, bytes):
            raise UsageError(
                f"what is written for {self.target} is not a text",
                help="'-o FILE' writes a file, in Python 'write', and 'content' is its bytes",
            )
        return self.content

    def write(self, path: str | Path) -> None:
        """Write the file.

        Raises
        ------
        UsageError
            If it cannot be written.
        """
        write_file(Path(path), self.content)

    def _repr_html_(self) -> str:
        shown = repr(self) if isinstance(self.content, bytes) else self.content
        return f"<pre>{escape(shown)}</pre>"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        size = (
            f"{len(self.content):,} bytes"
            if isinstance(self.content, bytes)
            else f"{self.content.count(chr(10)):,} lines"
        )
        return f"<Export of {self.network.name} to {self.target}: {size}>"


def export_network(network: Network, target: str, *, weights: bool = False) -> Export:
    """Write a network for another program.

    Raises
    ------
    UsageError
        If there is no such target, it holds no weights, or a layer cannot be written for it.
    """
    if target not in TARGETS:
        raise UsageError(
            f"unknown target '{target}'{nearest(target, list(TARGETS))}",
            help=f"known: {', '.join(TARGETS)}",
        )
    found = TARGETS[target]
    if weights and not found.has_weights:
        holding = [f"'{name}'" for name, each in TARGETS.items() if each.has_weights]
        raise UsageError(
            f"what is written for {target} holds no weights",
            help=f"of weights knows {' or '.join(holding)}" if holding else "",
        )
    module, _, name = found.home.partition(":")
    write: Callable[..., str | bytes] = getattr(import_module(module), name)
    content = write(network, weights=True) if weights else write(network)
    return Export(network, target, content)
