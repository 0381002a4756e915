"""Random small networks, as the text of a spec: branches whose shapes agree by construction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml
from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.base import KINDS
from tests.strategies.case import CHANNELS, EXTENTS

Step = Any
"""One entry of a list of layers, as YAML reads it."""

ACTIVATIONS = ("relu", "relu6", "elu", "tanh", "prelu", "leaky_relu")
NORMS = ("bn", "identity", "dropout", {"lrn": {"size": 3}}, {"bn": {"scale": False}})
JOINS = ("add", "maximum", "average", "multiply")
BLOCKS = {
    "gate": {
        "params": {"ratio": 2, "channels": "$in"},
        "layers": [
            {
                "multiply": [
                    [],
                    [
                        "gap",
                        {"conv": {"filters": "max($channels // $ratio, 1)", "kernel": 1}},
                        "relu",
                        {"conv": {"filters": "$channels", "kernel": 1}, "as": "excite"},
                        "sigmoid",
                    ],
                ]
            }
        ],
    },
    "unit": {
        "params": {"filters": None, "kernel": 3, "stride": 1},
        "layers": [
            {
                "conv": {
                    "filters": "$filters",
                    "kernel": "$kernel",
                    "stride": "$stride",
                    "padding": "same",
                    "bias": False,
                },
            },
            "bn",
            "relu",
        ],
    },
    "residual": {
        "params": {"filters": None, "stride": 1},
        "layers": [
            {
                "add": [
                    [
                        {"unit": {"filters": "$filters", "stride": "$stride"}},
                        {"conv": {"filters": "$filters", "kernel": 3, "padding": 1}},
                    ],
                    [
                        {
                            "conv": {
                                "filters": "$filters",
                                "kernel": 1,
                                "stride": "$stride",
                                "padding": "same",
                            },
                            "when": "$in != $filters or $stride != 1",
                        }
                    ],
                ]
            },
            "relu",
        ],
    },
}
"""What random networks may use: squeeze and excitation, convolution with norm, residual blocks."""


@dataclass
class Path:
    """A list of steps in the making, and what the next step gets."""

    shape: Shape
    steps: list[Step] = field(default_factory=list)

    def append(self, kind: str, attributes: dict[str, Any] | None = None, **words: Any) -> None:
        """Add a layer; its rule says what comes out."""
        cls = KINDS.get(kind)
        assert cls is not None
        self.shape = cls(**(attributes or {})).shape(self.shape)
        self.steps.append({kind: attributes, **words})

    def join(self, kind: str, branches: list[Path]) -> None:
        """Add a join of branches."""
        cls = KINDS.get(kind)
        assert cls is not None
        self.shape = cls().shape(*(b.shape for b in branches))
        self.steps.append({kind: [b.steps for b in branches]})

    def call(self, block: str, arguments: dict[str, Any], filters: int, stride: int = 1) -> None:
        """Add a block that gives so many channels on the steps of a stride."""
        size = tuple(len(range(0, n, stride)) for n in self.shape.size)
        self.shape = Shape(size, filters)
        self.steps.append({block: arguments})


filters = st.sampled_from(CHANNELS)
kernels = st.sampled_from((1, 2, 3, 5))
strides = st.sampled_from((1, 2, 3))


@st.composite
def same_windows(draw: st.DrawFn, stride: int, *, pools: bool = False) -> dict[str, Any]:
    """Return a window whose number of places depends on the stride alone."""
    window: dict[str, Any] = {
        "kernel": draw(kernels),
        "stride": stride,
        "dilation": draw(st.sampled_from((1, 1, 2))),
        "padding": "same",
    }
    if stride == 1 and draw(st.booleans()):
        # Numbers that do the same for stride 1, shared out unevenly.
        total = window["dilation"] * (window["kernel"] - 1)
        # A dilated pool is not padded by as much as its window.
        most = min(total, window["kernel"] - 1) if pools else total
        if total <= 2 * most:
            before = draw(st.integers(total - most, most))
            window["padding"] = [[before, total - before]]
    return window


class Drawing:
    """Draws steps for a network of one rank."""

    def __init__(self, draw: st.DrawFn, rank: int) -> None:
        self.draw = draw
        self.rank = rank
        self.names = 0

    def name(self) -> str:
        """Return a new name."""
        self.names += 1
        return f"n{self.names}"

    def scaling(self, path: Path, stride: int, channels: int) -> None:
        """Add a layer that divides the extents by a stride, rounding up."""
        kind = self.draw(st.sampled_from(("conv", "depthwise", "separable", "pool")))
        window = self.draw(same_windows(stride, pools=kind == "pool"))
        if isinstance(window["padding"], list):
            window["padding"] *= self.rank
        match kind:
            case "conv":
                path.append("conv", window | {"filters": channels})
                return
            case "separable":
                path.append("separable", window | {"filters": channels})
                return
            case "depthwise":
                path.append("depthwise", window)
            case _:
                path.append("maxpool", window)
        if path.shape.channels != channels:
            path.append("conv", {"filters": channels, "kernel": 1, "bias": False})

    def pointwise(self, path: Path) -> None:
        """Perhaps add something that keeps the shape."""
        for choices in (NORMS, ACTIVATIONS):
            if self.draw(st.booleans()):
                path.steps.append(self.draw(st.sampled_from(choices)))

    def branches(self, path: Path) -> None:
        """Add a join of branches: of equal channels, or behind each other."""
        stride, count = self.draw(strides), self.draw(st.integers(2, 3))
        kind = self.draw(st.sampled_from((*JOINS, "concat")))
        channels = self.draw(filters)
        ends = []
        for _ in range(count):
            branch = Path(path.shape)
            if self.draw(st.booleans()):
                self.scaling(branch, 1, self.draw(filters))
                self.pointwise(branch)
            self.scaling(branch, stride, self.draw(filters) if kind == "concat" else channels)
            ends.append(branch)
        if stride == 1 and self.draw(st.booleans()):
            # The input itself takes part: a shortcut.
            if kind != "concat" and path.shape.channels != channels:
                for branch in ends:
                    branch.append("conv", {"filters": path.shape.channels, "kernel": 1})
            ends.append(Path(path.shape))
        path.join(kind, ends)

    def free(self, path: Path) -> None:
        """Add a window of any kind that fits."""
        kernel = [min(n, self.draw(kernels)) for n in path.shape.size]
        convolves = self.draw(st.booleans())
        # A pool is padded by less than its window.
        pads = [st.integers(0, 2 if convolves else min(2, k - 1)) for k in kernel]
        attributes = {
            "kernel": kernel,
            "stride": self.draw(strides),
            "padding": [[self.draw(pad), self.draw(pad)] for pad in pads],
        }
        if convolves:
            path.append("conv", attributes | {"filters": self.draw(filters)})
        else:
            path.append("avgpool", attributes | {"ceil_mode": self.draw(st.booleans())})

    def upward(self, path: Path) -> None:
        """Add a layer that makes the map larger, if it is small."""
        factor = self.draw(st.sampled_from((2, 3)))
        if max(path.shape.size) * factor > EXTENTS[1][-1]:
            return
        if self.draw(st.booleans()):
            method = self.draw(st.sampled_from(("nearest", "bilinear")))
            path.append("resize", {"scale": factor, "method": method})
        else:
            attributes = {
                "filters": self.draw(filters),
                "kernel": self.draw(kernels),
                "stride": factor,
                "padding": "same",
            }
            path.append("transposed_conv", attributes)

    def skip(self, path: Path) -> None:
        """Go down and up again, and join what was there before (a small U-Net)."""
        before, name = path.shape, self.name()
        path.append("conv", {"filters": self.draw(filters), "kernel": 1}, **{"as": name})
        channels = path.shape.channels
        self.scaling(path, 2, self.draw(filters))
        self.pointwise(path)
        self.upward(path)
        path.append("resize", {"size": list(before.size)})
        back = self.name()
        path.append("conv", {"filters": channels, "kernel": 1}, **{"as": back})
        kind = self.draw(st.sampled_from(("concat", "add")))
        path.steps.append({kind: None, "from": [name, back]})
        path.shape = Shape(before.size, channels * (2 if kind == "concat" else 1))

    def twins(self, path: Path) -> None:
        """Use one layer twice, on the same input or on its own output."""
        name, channels = self.name(), path.shape.channels
        window = self.draw(same_windows(1))
        if isinstance(window["padding"], list):
            window["padding"] *= self.rank
        attributes = window | {"filters": channels}
        path.append("conv", attributes, **{"as": name})
        path.append("relu")
        frozen = {"frozen": True} if self.draw(st.booleans()) else {}
        path.append("conv", attributes, share=name, **frozen)

    def blocks(self, path: Path) -> None:
        """Call one of the blocks."""
        channels, stride = self.draw(filters), self.draw(strides)
        match self.draw(st.sampled_from(("gate", "unit", "residual", "stages"))):
            case "gate":
                path.steps.append("gate")
            case "unit":
                path.call(
                    "unit", {"filters": channels, "kernel": self.draw(kernels)}, filters=channels
                )
            case "residual":
                path.call("residual", {"filters": channels, "stride": stride}, channels, stride)
            case _:
                widths = self.draw(st.lists(filters, min_size=1, max_size=2))
                body = [{"unit": "$width", "repeat": 2}]
                path.steps.append({"for": {"width": widths}, "as": self.name(), "do": body})
                path.shape = Shape(path.shape.size, widths[-1])

    def end(self, path: Path) -> None:
        """Perhaps end in a vector."""
        match self.draw(st.sampled_from(("map", "pooled", "flat", "dense"))):
            case "pooled":
                path.steps += ["gap", {"dense": 7}]
            case "flat":
                path.steps += ["flatten", {"dense": {"units": 5, "bias": False}}, "softmax"]
            case "dense":
                path.steps += [{"dense": 11}, "relu", {"dense": 3}]
            case _:
                pass


@st.composite
def specs(draw: st.DrawFn) -> str:
    """Return the text of a spec."""
    rank = draw(st.sampled_from((2, 2, 1)))
    size = tuple(draw(st.sampled_from((1, *EXTENTS[axis][:3]))) for axis in range(rank))
    start = Shape(size, draw(filters))
    drawing, path = Drawing(draw, rank), Path(start)
    pieces = (
        drawing.branches,
        drawing.free,
        drawing.upward,
        drawing.skip,
        drawing.twins,
        drawing.blocks,
        lambda p: drawing.scaling(p, draw(strides), draw(filters)),
    )
    for _ in range(draw(st.integers(1, 4))):
        draw(st.sampled_from(pieces))(path)
        drawing.pointwise(path)
    drawing.end(path)
    document: dict[str, Any] = {
        "cnn": 1,
        "name": "random",
        "input": str(start),
        "blocks": BLOCKS,
        "layers": path.steps or ["identity"],
    }
    return yaml.safe_dump(document, sort_keys=False, default_flow_style=draw(st.booleans()))
