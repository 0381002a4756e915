"""How tools count attention and products of branches: as measured, and as they count today."""

from __future__ import annotations

from typing import Any

import pytest

import cnnanalyze as cnn
from tests.witnesses.model_zoos import zoo

TOOLS = (
    *("fvcore", "torchinfo", "ptflops", "ptflops-aten", "thop", "torch-flop-counter"),
    *("calflops", "calflops-macs", "onnx-tool"),
)
# torchinfo 1.8.0, fvcore 0.1.5, ptflops 0.7.5, thop 0.1.1, torch 2.13, calflops 0.3.2 and
# onnx-tool 1.0.1, on
# nn.MultiheadAttention(12, 3, batch_first=True) with 11 tokens, in evaluation mode, without the
# weights as a result: fused by PyTorch, hardly any tool sees the products of queries and keys.
MEASURED: dict[str, tuple[int | None, ...]] = {
    "{attention: {heads: 3}}": (6_336, 0, 10_263, 6_864, 0, 12_672, 12_672, 6_336, 23_179),
    "{attention: {heads: 3, bias: false}}": (
        6_336,
        0,
        9_867,
        6_336,
        0,
        12_672,
        12_672,
        6_336,
        22_651,
    ),
    "{matmul: {transpose_second: true}, from: [input, input]}": (
        1_452,
        0,
        1_452,
        1_452,
        0,
        2_904,
        2_904,
        1_452,
        1_452,
    ),
    "{einsum: 'i c, j c -> i j', from: [input, input]}": (
        *(1_452, 0, 0, 1_452, 0, 2_904),
        *(2_905, 0, 1_452),  # calflops: what NumPy prints of the path, one more, to four digits
    ),
    "{position_embedding: learned}": (0, 0, 0, 0, 0, 0, 0, 0, 132),
    "class_token": (0,) * 9,
}
"""Operations by layer on 11x12."""


def total(layer: str) -> Any:
    return cnn.analyze(cnn.loads(f"{{cnn: 1, input: 11x12, layers: [{layer}]}}")).analysis.total


@pytest.mark.parametrize("layer", MEASURED)
def test_tools_count_attention_as_measured(layer: str) -> None:
    found = total(layer)
    counted = [None if found.uncounted(tool) else found.operations(tool) for tool in TOOLS]
    assert tuple(counted) == MEASURED[layer]


@pytest.mark.parametrize("tool", ["tensorflow-profiler", "darknet", "connections"])
def test_who_was_not_measured_gives_a_lower_bound_and_says_so(tool: str) -> None:
    found = total("{attention: {heads: 3}}")
    assert found.operations(tool) == 0
    assert found.uncounted(tool) == ("attention",)


@pytest.mark.parametrize("tool", ["ptflops", "torchinfo", "thop", "calflops", "onnx-tool"])
def test_windows_are_no_module_of_pytorch(tool: str) -> None:
    assert total("{attention: {heads: 3, window: 11}}").uncounted(tool) == ("attention",)


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("bias", [True, False])
def test_tools_count_attention_so_today(bias: bool) -> None:
    torch: Any = pytest.importorskip("torch", reason="the tools count PyTorch models")
    zoo("torchvision")  # tools look for it
    from tests.core.conventions import test_live as live

    class Model(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.attention = torch.nn.MultiheadAttention(12, 3, bias=bias, batch_first=True)

        def forward(self, x: Any) -> Any:
            return self.attention(x, x, x, need_weights=False)[0]

    for name in ("fvcore", "torchinfo", "ptflops", "thop", "calflops", "onnx_tool"):
        pytest.importorskip(name, reason=f"{name} is not installed")
    model, x = Model().eval(), torch.randn(1, 11, 12)
    with live.quietly():
        found = (
            live.with_fvcore(model, x)[0],
            live.with_torchinfo(model, x)[0],
            live.with_ptflops(model, x)[0],
            live.with_ptflops(model, x, "aten")[0],
            live.with_thop(model, x)[0],
            live.with_calflops(model, x)[0],
            live.with_onnx_tool(model, x)[0],
        )
    layer = "{attention: {heads: 3}}" if bias else "{attention: {heads: 3, bias: false}}"
    assert found == (*MEASURED[layer][:5], MEASURED[layer][6], MEASURED[layer][8])


CONTRACTIONS = {  # measured: calflops 0.3.2 with NumPy 2
    "i c, j c -> i j": ("zic,zjc->zij", (97, 89), (83, 89), 1_433_000),
    "i c, j d -> i j": ("zic,zjd->zij", (11, 12), (7, 5), 9_241),
    "i c, i c -> i c": ("zic,zic->zic", (11, 12), (11, 12), 133),
}
"""By pattern: the same for PyTorch, the extents of both inputs, what calflops counts."""


def contraction(pattern: str) -> Any:
    _, one, other, _ = CONTRACTIONS[pattern]
    left, right = ("x".join(map(str, size)) for size in (one, other))
    text = f"cnn: 1\ninputs: {{a: {left}, b: {right}}}\nlayers:\n"
    text += f"- {{einsum: '{pattern}', from: [a, b]}}\n"
    return cnn.analyze(cnn.loads(text)).analysis.total


@pytest.mark.parametrize("pattern", CONTRACTIONS)
def test_calflops_counts_a_product_of_branches_as_numpy_prints_its_path(pattern: str) -> None:
    found = contraction(pattern)
    assert found.operations("calflops") == CONTRACTIONS[pattern][3]
    assert not found.uncounted("calflops")


def test_calflops_is_not_asked_for_products_of_three_branches() -> None:
    found = total("{einsum: 'i c, j c, k c -> i j k', from: [input, input, input]}")
    assert found.uncounted("calflops") == ("einsum",)


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("pattern", CONTRACTIONS)
def test_calflops_counts_a_product_of_branches_so_today(pattern: str) -> None:
    torch: Any = pytest.importorskip("torch", reason="calflops counts PyTorch models")
    zoo("torchvision")  # it looks for it
    calflops: Any = pytest.importorskip("calflops", reason="calflops is not installed")
    from tests.core.conventions import test_live as live

    equation, *sizes, counted = CONTRACTIONS[pattern]

    class Model(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.unused = torch.nn.Parameter(torch.zeros(1))  # calflops asks where it lies

        def forward(self, a: Any, b: Any) -> Any:
            return torch.einsum(equation, a, b)

    with live.quietly():
        found = calflops.calculate_flops(
            Model(), args=[torch.rand(1, *size) for size in sizes], output_as_string=False
        )
    assert (int(found[0]), int(found[1])) == (counted, 0)
