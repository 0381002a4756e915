"""Borders and sizes: padding, and maps of another size."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.torch.translation import Arguments, Name, Translation, translates


@translates(
    *("pad", "constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "reflection_pad3d"),
    *("replication_pad1d", "replication_pad2d", "replication_pad3d"),
)
def pad(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate borders: PyTorch names the last axis first."""
    word = to.word
    mode = a.get("mode") or (
        "reflect" if "reflection" in word else "replicate" if "replication" in word else "constant"
    )
    modes = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    if mode not in modes:
        return NotImplemented
    given = a["pad"] if "pad" in a else a["padding"]
    rank = len(to.shape(a["self"]))
    before, after = [0] * rank, [0] * rank
    for k in range(len(given) // 2):
        before[rank - 1 - k], after[rank - 1 - k] = given[2 * k], given[2 * k + 1]
    number = a.get("value") or 0
    return to.emit(
        "Pad", a["self"], to.wholes(*before, *after), to.real(float(number)), mode=modes[mode]
    )


_RESIZED: dict[str, dict[str, str]] = {
    "nearest": {
        "mode": "nearest",
        "coordinate_transformation_mode": "asymmetric",
        "nearest_mode": "floor",
    },
    "_nearest_exact": {
        "mode": "nearest",
        "coordinate_transformation_mode": "half_pixel",
        "nearest_mode": "round_prefer_ceil",
    },
    "linear": {"mode": "linear"},
    "bilinear": {"mode": "linear"},
    "trilinear": {"mode": "linear"},
    "bicubic": {"mode": "cubic"},
}


def _resizing(word: str) -> Any:  # noqa: ANN401 - a handler
    def handler(to: Translation, a: Arguments) -> Name:
        attributes: dict[str, Any] = dict(_RESIZED[word])
        if "nearest" not in word:
            corners = "align_corners" if a["align_corners"] else "half_pixel"
            attributes["coordinate_transformation_mode"] = corners
            attributes["cubic_coeff_a"] = -0.75
        value = a["input"] if "input" in a else a["self"]
        return to.emit("Resize", value, "", "", to.wholes(*to.result), **attributes)

    return handler


for _mode in _RESIZED:
    for _rank in "123":
        _stem = "_upsample" if _mode.startswith("_") else "upsample_"
        translates(f"{_stem}{_mode}{_rank}d")(_resizing(_mode))
