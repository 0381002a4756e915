"""Joins: arithmetic of two tensors, concatenation."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.torch.translation import (
    Arguments,
    Name,
    Translation,
    is_number,
    translates,
)

_JOINS = {"add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div"}
_JOINS |= {"maximum": "Max", "minimum": "Min"}


def _joining(word: str) -> Any:  # noqa: ANN401 - a handler
    def handler(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
        one, other = a["self"], a["other"]
        if a.get("rounding_mode") is not None:
            return NotImplemented
        alpha = a.get("alpha", 1)
        if is_number(other):
            other = to.real(other * alpha)
        elif alpha != 1:
            other = to.emit("Mul", other, to.real(alpha))
        if is_number(one):
            one = to.real(one)
        return to.emit(word, one, other)

    return handler


for _name, _word in _JOINS.items():
    translates(_name, f"{_name}_")(_joining(_word))


@translates("rsub")
def rsub(to: Translation, a: Arguments) -> Name:
    """Translate a difference the other way round."""
    other = to.real(a["other"]) if is_number(a["other"]) else a["other"]
    return to.emit("Sub", other, a["self"])


@translates("cat", "concat")
def cat(to: Translation, a: Arguments) -> Name:
    """Translate a concatenation."""
    return to.emit("Concat", *a["tensors"], axis=a["dim"])


@translates("stack")
def stack(to: Translation, a: Arguments) -> Name:
    """Translate a concatenation along a new axis."""
    axis = a["dim"] % len(to.result)
    spread = [to.emit("Unsqueeze", one, to.wholes(axis)) for one in a["tensors"]]
    return to.emit("Concat", *spread, axis=axis)
