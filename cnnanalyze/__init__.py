"""cnnanalyze: what a convolutional network costs and sees, with every number checked by running it.

>>> import cnnanalyze as cnn
>>> net = cnn.loads("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 6, kernel: 5}}, relu]}")
>>> report = cnn.analyze(net)
>>> str(report["conv1"].output), report.total.parameters
('28x28x6', 456)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnanalyze.api import Report as Report
    from cnnanalyze.api import analyze as analyze
    from cnnanalyze.api import dumps as dumps
    from cnnanalyze.api import load as load
    from cnnanalyze.api import loads as loads
    from cnnanalyze.api import verify as verify
    from cnnanalyze.api import zoo as zoo
    from cnnanalyze.core.conventions import Convention as Convention
    from cnnanalyze.core.cost import Cost as Cost
    from cnnanalyze.core.cost import Param as Param
    from cnnanalyze.core.shape import Shape as Shape
    from cnnanalyze.crosscheck.result import Balance as Balance
    from cnnanalyze.errors import CnnError as CnnError
    from cnnanalyze.errors import ShapeError as ShapeError
    from cnnanalyze.errors import SpecError as SpecError
    from cnnanalyze.errors import UsageError as UsageError
    from cnnanalyze.graph.network import Network as Network
    from cnnanalyze.layers.base import Example as Example
    from cnnanalyze.layers.base import Layer as Layer
    from cnnanalyze.layers.base import layer as layer

__version__ = "0.1.0"

_HOMES = {
    "cnnanalyze.api": ("Report", "analyze", "dumps", "load", "loads", "verify", "zoo"),
    "cnnanalyze.core.conventions": ("Convention",),
    "cnnanalyze.core.cost": ("Cost", "Param"),
    "cnnanalyze.core.shape": ("Shape",),
    "cnnanalyze.crosscheck.result": ("Balance",),
    "cnnanalyze.errors": ("CnnError", "ShapeError", "SpecError", "UsageError"),
    "cnnanalyze.graph.network": ("Network",),
    "cnnanalyze.layers.base": ("Example", "Layer", "layer"),
}
"""Public names by the module that defines them; a module is imported when a name of it is used."""

__all__ = [
    "Balance",
    "CnnError",
    "Convention",
    "Cost",
    "Example",
    "Layer",
    "Network",
    "Param",
    "Report",
    "Shape",
    "ShapeError",
    "SpecError",
    "UsageError",
    "analyze",
    "dumps",
    "layer",
    "load",
    "loads",
    "verify",
    "zoo",
]


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(module), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'cnnanalyze' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted((*__all__, "__version__"))
