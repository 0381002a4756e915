"""Constants that the code makes."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.torch.translation import Arguments, Name, Translation, translates


def _filling(number: float) -> Any:  # noqa: ANN401 - a handler
    def handler(to: Translation, a: Arguments) -> Name:
        given = a.get("fill_value", number) or 0
        return to.filled(given if isinstance(given, str) else float(given), *to.result)

    return handler


for _name, _number in {"zeros": 0.0, "ones": 1.0, "full": 0.0, "empty": 0.0}.items():
    translates(_name, f"new_{_name}", f"{_name}_like")(_filling(_number))


@translates("item", "_local_scalar_dense")
def item(to: Translation, a: Arguments) -> Name:
    """Translate the number of a tensor that has one."""
    return to.emit("Reshape", a["self"], to.wholes())


@translates("arange")
def arange(to: Translation, a: Arguments) -> Name:
    """Translate numbers in order."""
    start, step = a.get("start") or 0, a.get("step") or 1
    (count,) = to.result
    numbers = [start + k * step for k in range(count)]
    if all(isinstance(n, int) for n in (start, step)):
        return to.wholes(*numbers)
    return to.reals(*numbers)
