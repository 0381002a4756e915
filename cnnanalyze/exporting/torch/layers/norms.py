"""Normalisations."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exporting.code import call
from cnnanalyze.exporting.part import Held, Step, Steps
from cnnanalyze.exporting.torch.layers.elements import column, scaled, shifted
from cnnanalyze.exporting.torch.registry import module, own, writes
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node

_AFFINE = {"gamma": Held("weight"), "beta": Held("bias")}


def _learned(node: Node, plain: Steps, full: Steps) -> Steps:
    """Return a norm that learns both, one or none of factor and summand for each channel."""
    a, x = node.attributes, node.input_shapes[0]
    if a["scale"] == a["center"]:
        return full if a["scale"] else plain
    more = (
        scaled(x.rank, x.channels, "gamma") if a["scale"] else shifted(x.rank, x.channels, "beta")
    )
    suffix = "scale" if a["scale"] else "bias"
    return (*plain, *(Step(s.module, suffix=suffix, tensors=s.tensors) for s in more))


def _both(name: str, options: dict[str, tuple[Any, Any]], **arguments: Any) -> tuple[Step, Step]:  # noqa: ANN401
    made = call(name, **arguments)
    return (
        Step(made.with_options(**options, affine=(False, True))),
        Step(made.with_options(**options, affine=(True, True)), tensors=_AFFINE),
    )


@writes("batchnorm")
def _batchnorm(node: Node, _: Network) -> Steps:
    x = node.input_shapes[0]
    plain, full = _both(
        f"nn.BatchNorm{max(x.rank, 1)}d",
        {"eps": (node.attributes["epsilon"], 1e-5)},
        num_features=x.channels,
    )
    kept = {"moving mean": Held("running_mean"), "moving variance": Held("running_var")}
    return _learned(
        node,
        (Step(plain.module, tensors=kept),),
        (Step(full.module, tensors={**_AFFINE, **kept}),),
    )


@writes("groupnorm")
def _groupnorm(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    plain, full = _both(
        "nn.GroupNorm",
        {"eps": (a["epsilon"], 1e-5)},
        num_groups=a["groups"],
        num_channels=x.channels,
    )
    return _learned(node, (plain,), (full,))


@writes("instancenorm")
def _instancenorm(node: Node, _: Network) -> Steps:
    # A group for each channel: as InstanceNorm, which refuses maps of a single position.
    x = node.input_shapes[0]
    plain, full = _both(
        "nn.GroupNorm",
        {"eps": (node.attributes["epsilon"], 1e-5)},
        num_groups=x.channels,
        num_channels=x.channels,
    )
    return _learned(node, (plain,), (full,))


_CHANNELS = '''
class Channel{name}(nn.{name}):
    """A {words} of the channels, which are the first axis of an image."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
'''


def _own_norm(node: Node, name: str, words: str) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    whole = a["axes"] == "all"
    shape = (x.channels, *x.size) if whole else x.channels
    made = f"nn.{name}"
    if x.rank and not whole:
        made = own(f"Channel{name}", _CHANNELS.format(name=name, words=words))

    def arranged(array: Any) -> Any:  # noqa: ANN401
        return array.transpose(array.ndim - 1, *range(array.ndim - 1))

    first = call(made, normalized_shape=shape).with_options(
        eps=(a["epsilon"], None if name == "RMSNorm" else 1e-5),
        elementwise_affine=(a["scale"], True),
    )
    tensors = {"gamma": Held("weight", arranged), "beta": Held("bias", arranged)}
    if "center" not in a or a["scale"] == a["center"]:
        return (Step(first, tensors=tensors if a["scale"] else {}),)
    if a["scale"]:
        return (Step(first.with_options(bias=(False, True)), tensors={"gamma": tensors["gamma"]}),)
    if not whole:
        (more,) = shifted(x.rank, x.channels, "beta")
        return (Step(first), Step(more.module, suffix="bias", tensors=more.tensors))
    name = own(
        "MapBias",
        '''
class MapBias(nn.Module):
    """A learned summand for each number of a map."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(shape))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.bias
''',
    )
    return (
        Step(first),
        Step(call(name, shape=shape), suffix="bias", tensors={"beta": tensors["beta"]}),
    )


@writes("layernorm")
def _layernorm(node: Node, _: Network) -> Steps:
    return _own_norm(node, "LayerNorm", "layer normalisation")


@writes("rmsnorm")
def _rmsnorm(node: Node, _: Network) -> Steps:
    return _own_norm(node, "RMSNorm", "root mean square normalisation")


@writes("grn")
def _grn(node: Node, _: Network) -> Steps:
    x = node.input_shapes[0]
    name = own(
        "GlobalResponseNorm",
        '''
class GlobalResponseNorm(nn.Module):
    """Channels compared by the norms of their maps (ConvNeXt V2)."""

    def __init__(self, channels: int, axes: int = 2, eps: float = 1e-6) -> None:
        super().__init__()
        shape = (channels, *(1 for _ in range(axes)))
        self.eps = eps
        self.weight = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(shape))

    def forward(self, x: Tensor) -> Tensor:
        norms = x.unsqueeze(-1).flatten(2).norm(dim=2)
        norms = norms.reshape(*norms.shape, *(1 for _ in x.shape[2:]))
        shares = norms / (norms.mean(dim=1, keepdim=True) + self.eps)
        return self.weight * (x * shares) + self.bias + x
''',
    )
    made = call(name, channels=x.channels).with_options(
        axes=(x.rank, 2), eps=(node.attributes["epsilon"], 1e-6)
    )
    tensors = {
        "gamma": Held("weight", column(x.rank)),
        "beta": Held("bias", column(x.rank)),
    }
    return (Step(made, tensors=tensors),)


@writes("lrn")
def _lrn(node: Node, _: Network) -> Steps:
    a = node.attributes
    made = call("nn.LocalResponseNorm", size=a["size"]).with_options(
        alpha=(a["alpha"], 1e-4), beta=(a["beta"], 0.75), k=(a["offset"], 1.0)
    )
    if node.input_shapes[0].rank:
        return module(made)
    return (Step(made, "{module}({0}.unsqueeze(2)).squeeze(2)"),)  # it asks for positions
