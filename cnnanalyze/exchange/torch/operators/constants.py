"""Constants that the code makes."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.torch.translation import Arguments, Name, Translation, translates


def _filling(number: float) -> Any:  # noqa: ANN401 - a handler
    def handler(to: Translation, a: Arguments) -> Name:
        return to.filled(float(a.get("fill_value", number) or 0), *to.result)

    return handler


for _name, _number in {"zeros": 0.0, "ones": 1.0, "full": 0.0, "empty": 0.0}.items():
    translates(_name, f"new_{_name}", f"{_name}_like")(_filling(_number))


@translates("arange")
def arange(to: Translation, a: Arguments) -> Name:
    """Translate numbers in order."""
    start, step = a.get("start") or 0, a.get("step") or 1
    (count,) = to.result
    return to.wholes(*(int(start + k * step) for k in range(count)))
