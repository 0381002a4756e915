"""Recurrent layers and embeddings, as PyTorch's modules have them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from tests.witnesses.case import Array, Question, Silent
from tests.witnesses.pytorch.base import joined

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def _recurrent(name: str, q: Question, x: Any) -> Any:
    if q.rank != 1:
        raise ValueError("a batch of sequences has three axes")
    if q["biases"] == 1 or not q.attributes.get("reset_after", True):
        raise Silent("PyTorch has two biases or none, and resets behind the weights")
    cls, units, both = getattr(torch.nn, name), q["units"], q["bidirectional"]
    module = cls(
        q.channels,
        units,
        q["layers"],
        bias=q["biases"] == 2,
        batch_first=True,
        bidirectional=both,
        **({"nonlinearity": q["activation"]} if name == "RNN" else {}),
    )
    held = module.state_dict()
    names = {"kernel": "weight_ih", "recurrent kernel": "weight_hh"}
    if q["biases"]:
        names |= {"bias": "bias_ih", "recurrent bias": "bias_hh"}
    for number in range(q["layers"]):
        of = f" of layer {number + 1}" if number else ""
        for way, suffix in (("", ""), ("backward ", "_reverse"))[: 1 + both]:
            for role, word in names.items():
                place = held[f"{word}_l{number}{suffix}"]
                given = q.tensor(f"{way}{role}{of}", *reversed(place.shape))
                place.copy_(torch.tensor(np.ascontiguousarray(given.T)))
    with torch.no_grad():
        states, last = module(x)
    if q["output"] == "sequence":
        return states
    ends: Any = last[0] if name == "LSTM" else last
    return torch.cat(tuple(ends[-(1 + both) :]), dim=-1)


@joined("lstm")
def _lstm(q: Question, xs: list[Any]) -> Any:
    return _recurrent("LSTM", q, xs[0])


@joined("gru")
def _gru(q: Question, xs: list[Any]) -> Any:
    return _recurrent("GRU", q, xs[0])


@joined("rnn")
def _rnn(q: Question, xs: list[Any]) -> Any:
    return _recurrent("RNN", q, xs[0])


def whole(x: Array, words: int) -> Array:
    """Return the rows that numbers name: they are rounded down, and held in the table."""
    return np.clip(np.floor(x), 0, words - 1).astype(np.int64)


@joined("embedding")
def _embedding(q: Question, xs: list[Any]) -> Any:
    x = xs[0]
    if q.rank:
        if q.channels != 1:
            raise ValueError("one number names a row")
        x = x[..., 0]
    table = torch.tensor(q.tensor("table", q["words"], q["size"]))
    return torch.nn.functional.embedding(torch.tensor(whole(x.numpy(), q["words"])), table)
