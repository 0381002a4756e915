"""Attention and tokens, as PyTorch's functions have them."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it

from tests.witnesses.case import Question, Silent
from tests.witnesses.pytorch.base import joined


@joined("attention")
def _attention(q: Question, xs: list[Any]) -> Any:
    if any(x.ndim < 3 for x in xs):
        raise ValueError("PyTorch takes a vector for a sequence without a batch")
    if not q["projections"] and (q["key_size"] or q["value_size"] or q["output"]):
        raise Silent("the function has no such sizes")
    query, key, value = xs[0], xs[min(1, len(xs) - 1)], xs[-1]
    heads, size = q["heads"], query.shape[1:-1]
    mask = of_places(q, size) if is_placed(q) else None
    if mask is not None and key.shape[1:-1] != size:
        raise ValueError("the mask is one of other places")
    wide = heads * (q["key_size"] or divided(query.shape[-1], heads, q))
    deep = heads * q["value_size"] if q["value_size"] else wide
    asks, keys, values = (
        split(projected(q, x, role, units), heads)
        for x, role, units in (
            (query, "query", wide),
            (key, "key", wide),
            (value, "value", deep),
        )
    )
    out = F.scaled_dot_product_attention(asks, keys, values, attn_mask=mask)
    out = out.transpose(1, 2).flatten(2)
    units = (q["output"] or query.shape[-1]) if q["projections"] else out.shape[-1]
    bias = q["bias"] if q["output_bias"] is None else q["output_bias"]
    return projected(q, out, "output", units, bias=bias).reshape(len(out), *size, units)


def is_placed(q: Question) -> bool:
    return bool(q["window"] or q["axis"] or q["relative_position"] or q["causal"])


def divided(channels: int, heads: int, q: Question) -> int:
    if channels % heads and q["projections"]:
        raise ValueError("embed_dim must be divisible by num_heads")
    return channels // heads


def split(x: Any, heads: int) -> Any:
    return x.reshape(*x.shape[:2], heads, -1).transpose(1, 2)


def projected(q: Question, x: Any, role: str, units: int, bias: bool | None = None) -> Any:
    x = x.reshape(len(x), -1, x.shape[-1])
    if not q["projections"]:
        return x
    weight = torch.tensor(q.tensor(f"{role} kernel", x.shape[-1], units)).T
    has_bias = q["bias"] if bias is None else bias
    return F.linear(x, weight, torch.tensor(q.tensor(f"{role} bias", units)) if has_bias else None)


def of_places(q: Question, size: tuple[int, ...]) -> Any:
    """Return what is added to each agreement: minus infinity where nobody sees anybody."""
    sides = list(size) if q["window"] is None else [*map(min, q.each("window"), size)]
    if q["axis"] is not None:
        only = q.axis - 1
        if only == len(size):
            raise ValueError("channels are no positions")
        sides = [w if axis == only else 1 for axis, w in enumerate(sides)]
    shifts = [s if 1 < w < n else 0 for n, w, s in zip(size, sides, q.each("shift"), strict=True)]
    if any(n % w for n, w in zip(size, sides, strict=True)):
        raise ValueError("a map that windows do not tile cannot be viewed as windows")
    if any(s >= w for w, s in zip(sides, shifts, strict=True)):
        raise Silent("PyTorch rolls as far as it is told")
    if q["causal"] and (q["window"] is not None or (len(size) > 1 and q["axis"] is None)):
        raise Silent("a triangle of ones has one axis")
    places = list(product(*map(range, size)))
    n = len(places)
    mask = torch.zeros((q["heads"], n, n))
    table = None
    if q["relative_position"]:
        table = q.tensor("relative positions", prod(2 * w - 1 for w in sides), q["heads"])
    for (i, one), (j, other) in product(enumerate(places), enumerate(places)):
        blocks = [
            [(p - s) // w for p, w, s in zip(place, sides, shifts, strict=True)]
            for place in (one, other)
        ]
        if blocks[0] != blocks[1] or (q["causal"] and other > one):
            mask[:, i, j] = -torch.inf
        elif table is not None:
            number = 0
            for a, b, w in zip(one, other, sides, strict=True):
                number = number * (2 * w - 1) + a - b + w - 1
            mask[:, i, j] = torch.tensor(table[number])
    return mask


@joined("einsum")
def _einsum(q: Question, xs: list[Any]) -> Any:
    letters = q["pattern"].replace(" ", "")
    sides, _, output = letters.partition("->")
    told: dict[str, set[int]] = {}
    for side, x in zip(sides.split(","), xs, strict=True):
        for letter, n in zip(side, x.shape[1:], strict=False):
            told.setdefault(letter, set()).add(n)
    if any(len(found) > 1 and 1 in found for found in told.values()):
        raise Silent("PyTorch repeats an extent of 1")
    return torch.einsum(",".join("z" + s for s in sides.split(",")) + "->z" + output, *xs)


@joined("matmul")
def _matmul(q: Question, xs: list[Any]) -> Any:
    if q.rank == 0 or xs[0].ndim != xs[1].ndim or xs[0].shape[:-2] != xs[1].shape[:-2]:
        raise Silent("PyTorch repeats matrices, and takes vectors")
    first, second = xs
    if q["transpose_first"]:
        first = first.mT
    return torch.matmul(first, second.mT if q["transpose_second"] else second)


@joined("class_token")
def _class_token(q: Question, xs: list[Any]) -> Any:
    (x,) = xs
    if q.rank != 1:
        raise ValueError("tokens and positions do not have as many axes")
    tokens = torch.tensor(q.tensor("tokens", q["tokens"], q.channels))
    return torch.cat([tokens.expand(len(x), -1, -1), x], dim=1)


@joined("position_embedding")
def _position_embedding(q: Question, xs: list[Any]) -> Any:
    (x,) = xs
    if q.rank == 0 or (q.rank > 1 and q["method"] == "sinusoidal"):
        raise Silent("PyTorch adds whatever it is given")
    if q["method"] == "learned":
        return x + torch.tensor(q.tensor("positions", *x.shape[1:]))
    n, channels = x.shape[1:]
    # As the tutorial of PyTorch on transformers does it.
    place = torch.arange(n).unsqueeze(1)
    slower = torch.exp(torch.arange(0, channels, 2) * (-torch.log(torch.tensor(1e4)) / channels))
    table = torch.zeros(n, channels)
    table[:, 0::2] = torch.sin(place * slower)
    table[:, 1::2] = torch.cos(place * slower)[:, : channels // 2]
    return x + table
