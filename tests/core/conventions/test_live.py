"""The tools themselves, where they are installed: on the recorded networks and on random ones."""

from __future__ import annotations

import copy
import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

import cnnanalyze as cnn
from tests.core.conventions.measured import NETWORKS
from tests.core.conventions.single import GIVES_UP, SINGLE
from tests.witnesses.model_zoos import zoo

pytestmark = pytest.mark.frameworks
torch: Any = pytest.importorskip("torch", reason="the tools count PyTorch models")


def with_torchinfo(model: Any, image: Any) -> tuple[int, int]:
    import torchinfo

    found = torchinfo.summary(model, input_data=image, verbose=0)
    return found.total_mult_adds, found.total_params


def with_fvcore(model: Any, image: Any) -> tuple[int, None]:
    from fvcore.nn import FlopCountAnalysis

    return int(
        FlopCountAnalysis(model, image).unsupported_ops_warnings(enabled=False).total()
    ), None


def with_ptflops(model: Any, image: Any, backend: str = "pytorch") -> tuple[int, int]:
    from ptflops import get_model_complexity_info

    found = get_model_complexity_info(
        model, tuple(image.shape[1:]), as_strings=False, backend=backend, print_per_layer_stat=False
    )
    return int(found[0]), int(found[1])


def with_thop(model: Any, image: Any) -> tuple[int, int]:
    import thop

    # thop leaves its hooks in the model, and counts no parameters of a model of one layer.
    found = thop.profile(torch.nn.Sequential(copy.deepcopy(model)), inputs=(image,), verbose=False)
    return int(found[0]), int(found[1])


def with_calflops(model: Any, image: Any) -> tuple[int, int]:
    import calflops

    found = calflops.calculate_flops(
        model, tuple(image.shape), print_results=False, output_as_string=False
    )
    return int(found[0]), int(found[2])


def with_counter(model: Any, image: Any) -> tuple[int, None]:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as mode:
        model(image)
    return mode.get_total_flops(), None


def with_onnx_tool(model: Any, image: Any) -> tuple[int, int]:
    import onnx
    import onnx_tool

    stream = io.BytesIO()
    torch.onnx.export(
        model,
        (image,),
        stream,
        dynamo=False,
        opset_version=17,
        training=torch.onnx.TrainingMode.EVAL,
        do_constant_folding=False,
    )
    found = onnx_tool.Model(onnx.load_from_string(stream.getvalue()))
    found.graph.shape_infer(None)
    found.graph.profile()
    return int(found.graph.macs[0]), int(found.graph.params)


TOOLS: dict[str, tuple[str, Callable[[Any, Any], tuple[int, int | None]]]] = {
    "torchinfo": ("torchinfo", with_torchinfo),
    "fvcore": ("fvcore", with_fvcore),
    "ptflops": ("ptflops", with_ptflops),
    "ptflops-aten": ("ptflops", lambda m, x: with_ptflops(m, x, "aten")),
    "thop": ("thop", with_thop),
    "calflops": ("calflops", with_calflops),
    "torch-flop-counter": ("torch", with_counter),
    "onnx-tool": ("onnx_tool", with_onnx_tool),
}
"""The package of each tool, and how it is asked for its operations and parameters."""


@contextmanager
def quietly() -> Iterator[None]:
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def require(tool: str) -> None:
    with quietly():
        zoo(TOOLS[tool][0])  # some of them import torchvision


def compare(tool: str, net: cnn.Network) -> None:
    from tests.core.conventions.torch_model import model_of

    with quietly():
        operations, parameters = TOOLS[tool][1](*model_of(net))
    total = cnn.analyze(net).total
    assert total.operations(tool) == operations
    if parameters is not None and tool != "onnx-tool":
        assert total.counted_parameters(tool) == parameters


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", ["googlenet_tv", "mobilenet_v2"])
def test_recorded_network(tool: str, name: str) -> None:
    require(tool)
    network, given_settings, _, _ = NETWORKS[name]
    compare(tool, cnn.load(f"zoo:{network}", settings=given_settings))


LAYERS = (
    "{conv: {filters: 6, kernel: 3, padding: 1}}",
    "{conv: {filters: 8, kernel: [3, 1], stride: 2, groups: 2, bias: false}}",
    "{depthwise: {kernel: 3, padding: 1, multiplier: 2}}",
    "{transposed_conv: {filters: 4, kernel: 3, stride: 2}}",
    "bn",
    "{bn: {scale: false, center: false}}",
    "relu",
    "relu6",
    "leaky_relu",
    "sigmoid",
    "silu",
    "hard_swish",
    "gelu",
    "tanh",
    "{maxpool: {kernel: 3, stride: 2, padding: 1}}",
    "{avgpool: {kernel: 2, stride: 1, padding: 0}}",
    "{resize: 2}",
    "dropout",
    "{add: [[relu], []]}",
    "{concat: [[bn], [{conv: {filters: 2, kernel: 1}}]]}",
    "lrn",
)
ENDS = (
    "[gap, {dense: 5}, softmax]",
    "[flatten, {dense: {units: 7, bias: false}}]",
    "[{adaptive_avgpool: 1}, {dense: 3}]",
    "[gap, softmax, {dense: 2}]",
)


@pytest.mark.parametrize("tool", TOOLS)
def test_random_network(tool: str) -> None:
    require(tool)
    # onnx-tool gives up on the LRN that PyTorch exports, and takes an adaptive pool to 1x1, which
    # is exported as a global one, for that.
    unlike = ("lrn", "adaptive_avgpool") if tool == "onnx-tool" else ("no such layer",)
    allowed, ends = ([x for x in row if not any(u in x for u in unlike)] for row in (LAYERS, ENDS))

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(layers=st.lists(st.sampled_from(allowed), max_size=6), end=st.sampled_from(ends))
    def check(layers: list[str], end: str) -> None:
        written = ", ".join(["{conv: {filters: 4, kernel: 3}}", *layers, end[1:-1]])
        try:
            net = cnn.loads(f"{{cnn: 1, input: 31x37x3, layers: [{written}]}}")
        except cnn.SpecError:
            reject()  # the map has become too small for a kernel
        compare(tool, net)

    check()


@pytest.mark.parametrize("tool", TOOLS)
def test_every_kind_with_its_attributes(tool: str) -> None:
    require(tool)
    differing = {}
    for step, size in SINGLE:
        if any(part in step for part in GIVES_UP.get(tool, ())):
            continue
        net = cnn.loads(f"{{cnn: 1, input: {size}, layers: [{step}, identity]}}")
        with quietly():
            counted = TOOLS[tool][1](*model_of_one(net))[0]
        if counted != (ours := cnn.analyze(net).total.operations(tool)):
            differing[step, size] = counted, ours
    assert not differing


def model_of_one(net: cnn.Network) -> tuple[Any, Any]:
    """Return a model with a parameter that nobody uses: calflops wants one."""
    from tests.core.conventions.torch_model import model_of

    model, image = model_of(net)
    model.unused = torch.nn.Parameter(torch.zeros(1))
    return model, image


def test_a_version_is_named_for_each_tool() -> None:
    text = (Path(__file__).parent / "measured.py").read_text("utf-8")
    for package, _ in TOOLS.values():
        assert f"{package.replace('_', '-')} " in text
