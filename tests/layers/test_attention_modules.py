"""Attention before the modules that networks are built of: with their weights, the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnanalyze.execute.kernels import RUN, Tally
from tests.witnesses.model_zoos import zoo

torch = pytest.importorskip("torch", reason="torch is not installed")
pytestmark = pytest.mark.frameworks


def ours(inputs: list[Any], weights: dict[str, Any], **attributes: Any) -> Any:
    arrays = [x.detach().numpy() for x in inputs]
    held = {role: np.ascontiguousarray(t.detach().numpy()) for role, t in weights.items()}
    return RUN["attention"](Tally(), arrays, held, **attributes)


def packed(weight: Any, bias: Any, out: Any) -> dict[str, Any]:
    """Return the tensors of a module that projects query, key and value at once."""
    found: dict[str, Any] = {}
    roles = ("query", "key", "value")
    for role, w, b in zip(roles, weight.chunk(3), bias.chunk(3), strict=True):
        found |= {f"{role} kernel": w.T, f"{role} bias": b}
    return found | {"output kernel": out.weight.T, "output bias": out.bias}


def test_multihead_attention_of_pytorch() -> None:
    torch.manual_seed(7)
    module = torch.nn.MultiheadAttention(12, 3, batch_first=True)
    torch.nn.init.normal_(module.in_proj_bias)
    x = torch.randn(2, 11, 12)
    weights = packed(module.in_proj_weight, module.in_proj_bias, module.out_proj)
    found = ours([x], weights, heads=3)
    np.testing.assert_allclose(found, module(x, x, x)[0].detach(), atol=1e-6)
    mask = torch.nn.Transformer.generate_square_subsequent_mask(11)
    found = ours([x], weights, heads=3, causal=True)
    np.testing.assert_allclose(found, module(x, x, x, attn_mask=mask)[0].detach(), atol=1e-6)


def test_multihead_attention_of_pytorch_with_keys_of_another_size() -> None:
    torch.manual_seed(7)
    module = torch.nn.MultiheadAttention(12, 3, kdim=5, vdim=7, batch_first=True)
    query, key, value = torch.randn(2, 11, 12), torch.randn(2, 13, 5), torch.randn(2, 13, 7)
    weights = {
        f"{role} kernel": getattr(module, f"{role[0]}_proj_weight").T
        for role in ("query", "key", "value")
    }
    for role, bias in zip(("query", "key", "value"), module.in_proj_bias.chunk(3), strict=True):
        weights[f"{role} bias"] = bias
    weights |= {"output kernel": module.out_proj.weight.T, "output bias": module.out_proj.bias}
    found = ours([query, key, value], weights, heads=3)
    np.testing.assert_allclose(found, module(query, key, value)[0].detach(), atol=1e-6)


@pytest.mark.parametrize("shift", [0, 3])
def test_shifted_windows_of_swin(shift: int) -> None:
    swin = zoo("timm").models.swin_transformer
    torch.manual_seed(7)
    block = swin.SwinTransformerBlock(12, (14, 21), num_heads=3, window_size=7, shift_size=shift)
    block.eval()
    attention = block.attn
    torch.nn.init.normal_(attention.relative_position_bias_table)
    x = torch.randn(2, 14, 21, 12)
    weights = packed(attention.qkv.weight, attention.qkv.bias, attention.proj)
    weights["relative positions"] = attention.relative_position_bias_table
    found = ours([x], weights, heads=3, window=7, shift=shift, relative_position=True)
    np.testing.assert_allclose(found, block._attn(x).detach(), atol=1e-6)
