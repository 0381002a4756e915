"""Reductions: means, sums, largest numbers, norms."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.torch.translation import Arguments, Name, Translation, translates

_REDUCTIONS = {"mean": "ReduceMean", "sum": "ReduceSum", "amax": "ReduceMax", "amin": "ReduceMin"}


def _reducing(word: str) -> Any:  # noqa: ANN401 - a handler
    def handler(to: Translation, a: Arguments) -> Name:
        return _reduced(to, word, a)

    return handler


for _name, _word in _REDUCTIONS.items():
    translates(_name)(_reducing(_word))


def _reduced(to: Translation, word: str, a: Arguments) -> Name:
    axes = a.get("dim")
    axes = list(range(len(to.shape(a["self"])))) if axes in (None, []) else axes
    chosen = to.wholes(*([axes] if isinstance(axes, int) else axes))
    return to.emit(word, a["self"], chosen, keepdims=int(bool(a.get("keepdim"))))


@translates("max", "min")
def largest(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - names, or nothing known
    """Translate the largest along an axis; where it lies is not told."""
    if "dim" not in a:
        return NotImplemented
    word = "ReduceMax" if "max" in to.word else "ReduceMin"
    return [_reduced(to, word, a), None]


@translates("linalg_vector_norm")
def vector_norm(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate an L2 norm."""
    return _reduced(to, "ReduceL2", a) if a["ord"] == 2 else NotImplemented  # noqa: PLR2004 - L2
