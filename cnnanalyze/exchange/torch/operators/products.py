"""Products: linear layers, contractions, attention."""

from __future__ import annotations

from math import sqrt
from typing import Any

from cnnanalyze.exchange.torch.translation import Arguments, Name, Translation, present, translates


@translates("linear")
def linear(to: Translation, a: Arguments) -> Name:
    """Translate a linear layer."""
    if len(to.shape(a["input"])) == 2:  # noqa: PLR2004 - images and features
        return to.emit("Gemm", *present(a["input"], a["weight"], a["bias"]), transB=1)
    turned = to.emit("Transpose", a["weight"], perm=(1, 0))
    product = to.emit("MatMul", a["input"], turned)
    return to.emit("Add", product, a["bias"]) if a["bias"] else product


@translates("addmm")
def addmm(to: Translation, a: Arguments) -> Name:
    """Translate a product with a bias."""
    return to.emit("Gemm", a["mat1"], a["mat2"], a["self"])


@translates("matmul", "mm", "bmm")
def matmul(to: Translation, a: Arguments) -> Name:
    """Translate a product."""
    return to.emit("MatMul", a["self"], a.get("other") or a["mat2"])


@translates("einsum")
def einsum(to: Translation, a: Arguments) -> Name:
    """Translate a sum of products."""
    return to.emit("Einsum", *a["tensors"], equation=a["equation"])


@translates("scaled_dot_product_attention")
def attention(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate attention into its two products."""
    if a["is_causal"] or a.get("enable_gqa"):
        return NotImplemented
    query, key, value = a["query"], a["key"], a["value"]
    rank = len(to.shape(query))
    scale = 1 / sqrt(to.shape(query)[-1]) if a["scale"] is None else a["scale"]
    turned = to.emit("Transpose", key, perm=(*range(rank - 2), rank - 1, rank - 2))
    scores = to.emit("MatMul", to.emit("Mul", query, to.real(scale)), turned)
    if a["attn_mask"]:
        scores = to.emit("Add", scores, a["attn_mask"])
    return to.emit("MatMul", to.emit("Softmax", scores, axis=-1), value)
