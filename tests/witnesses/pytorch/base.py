"""What all witnesses from PyTorch share: channels are put first, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it

from tests.witnesses.case import Array, Question, Silent, SizeOnly, Witness

torch.set_num_threads(1)  # the layers are small, and others test beside us

REFUSALS = (RuntimeError, ValueError, IndexError)
WITNESSES: dict[str, Witness] = {}


def witness(*kinds: str) -> Callable[[Callable[[Question, Any], Any]], Witness]:
    """Register what PyTorch makes of these kinds of one input; channels are put first and back."""

    def register(function: Callable[[Question, Any], Any]) -> Witness:
        def ask(question: Question) -> Array | SizeOnly:
            answer = function(question, first(question.x))
            if isinstance(answer, SizeOnly):
                return SizeOnly(last(answer.array))
            return last(answer)

        for kind in kinds:
            WITNESSES[kind] = ask
        return ask

    return register


def joined(kind: str) -> Callable[[Callable[[Question, list[Any]], Any]], Witness]:
    """Register what PyTorch makes of a kind of any number of inputs, channels last."""

    def register(function: Callable[[Question, list[Any]], Any]) -> Witness:
        def ask(question: Question) -> Array | SizeOnly:
            answer = function(question, [torch.tensor(x) for x in question.inputs])
            return np.asarray(answer.numpy())

        WITNESSES[kind] = ask
        return ask

    return register


def first(x: Array) -> Any:
    """Return a tensor with the channels first."""
    return torch.tensor(np.ascontiguousarray(np.moveaxis(x, -1, 1)))


def last(x: Any) -> Array:
    """Return an array with the channels last."""
    return np.moveaxis(x.numpy(), 1, -1)


def on_a_map(q: Question) -> None:
    """Of a vector PyTorch takes the batch for channels: nothing follows."""
    if q.rank == 0:
        raise Silent("a vector")


def function(name: str, rank: int) -> Any:
    """Return the function of a name for as many axes."""
    return getattr(F, f"{name}{rank}d")
