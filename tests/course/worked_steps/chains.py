"""Chains of four layers and more with numbers, forward and backward."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import strategies as st

from cnnanalyze.course.worked_steps.backward import go_back_through
from cnnanalyze.course.worked_steps.layer_call import LayerCall, Tensors
from cnnanalyze.course.worked_steps.layers import work
from cnnanalyze.course.worked_steps.volume import Volume
from cnnanalyze.graph.network import Network
from tests.course.worked_steps.central_differences import Array, array, run, tensors_of, volume

Step = dict[str, Any]


class Chain:
    """A network with numbers, worked out and gone back through."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.inputs = {n: volume(g.shape, 3) for n, g in network.inputs.items()}
        values: dict[str, Volume] = {str(n): v for n, v in self.inputs.items()}
        self.calls: list[LayerCall] = []
        self.arrays: dict[str, dict[str, Array]] = {}
        sections = []
        for node in network:
            inputs = tuple(values[name] for name in node.inputs)
            # Numbers of all weights of a layer are small, so that no exponential is out of reach.
            tensors: Tensors = {
                role: tuple(n / 7 for n in held)
                for role, held in tensors_of(node.layer, node.input_shapes).items()
            }
            if node.share is not None:
                tensors = next(c.tensors for c in self.calls if c.name == node.share)
            call = LayerCall(node.id, node.layer, tensors, inputs, node.output)
            self.calls.append(call)
            sections.append(work(call))
            values[node.id] = sections[-1].after
            self.arrays[node.id] = {r: array(t, call.shape_of(r)) for r, t in tensors.items()}
        last = network[network.outputs[0]].output
        self.upstream = volume(last, 5)
        self.weight = array(self.upstream, last.extents)
        self.gradients = go_back_through(network, sections, self.upstream)

    def loss(
        self, inputs: dict[str, Array] | None = None, tensors: dict[str, Any] | None = None
    ) -> float:
        """Run the network in book two, with other numbers in some places."""
        values = {n: array(v, v.shape.extents) for n, v in self.inputs.items()} | (inputs or {})
        for call, node in zip(self.calls, self.network, strict=True):
            owner = node.share or node.id
            held = self.arrays[owner] | (tensors or {}).get(owner, {})
            values[node.id] = run(call, [values[name] for name in node.inputs], held)
        return float((self.weight * values[self.network.outputs[0]]).sum())


activations = st.sampled_from(("relu", "sigmoid", "tanh", "leaky_relu", "gelu", "hard_swish"))


@st.composite
def firsts(draw: st.DrawFn) -> Step:
    """Return a convolution of 7x11x2."""
    groups = draw(st.sampled_from((1, 2)))
    return {
        "conv": {
            "filters": groups * draw(st.sampled_from((1, 2))),
            "kernel": [draw(st.sampled_from((1, 2, 3))), draw(st.sampled_from((2, 3)))],
            "stride": draw(st.sampled_from((1, 2))),
            "padding": draw(st.sampled_from((0, 1, [1, 2]))),
            "dilation": draw(st.sampled_from((1, 2))),
            "groups": groups,
            "bias": draw(st.booleans()),
        }
    }


seconds = st.sampled_from(
    (
        {"maxpool": {"kernel": 2}},
        {"avgpool": {"kernel": 3, "stride": 2, "padding": 1}},
        {"batchnorm": {}},
        {"depthwise": {"kernel": 2, "multiplier": 2}},
        {"transposed_conv": {"filters": 3, "kernel": 3, "stride": 2, "padding": 1}},
        {"add": [[{"conv": {"filters": 3, "kernel": 1}}], [{"conv": {"filters": 3, "kernel": 1}}]]},
        {"add": [[], [{"affine": {}}, "sigmoid"]]},
        {"concat": [["relu"], [{"conv": {"filters": 3, "kernel": 3, "padding": 1}}], []]},
        {"multiply": [["sigmoid"], []]},
    )
)
ends: st.SearchStrategy[list[Any]] = st.sampled_from(
    (
        ["flatten", {"dense": 3}, "softmax"],
        ["global_avgpool", {"dense": 2}, "log_softmax"],
        ["global_maxpool", "prelu"],
        [{"dense": 5}, "relu", {"dense": 2, "as": "twice"}, {"dense": 2}, "tanh"],
        [
            {"conv": {"filters": 2, "kernel": 1, "bias": True}, "as": "mix"},
            {"conv": {"filters": 2, "kernel": 1}, "as": "one"},
            {"conv": {"filters": 2, "kernel": 1}, "share": "one"},
            "softmax",
        ],
    )
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Return a spec of four layers at least."""
    layers: list[Any] = [draw(firsts()), draw(activations), draw(seconds), draw(activations)]
    layers += draw(ends)
    return yaml.safe_dump({"cnn": 1, "input": "7x11x2", "layers": layers})


CHAINS = texts()
