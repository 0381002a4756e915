"""timm and torchvision: their own models, as witnesses for whole networks.

Where torchvision comes without its compiled part, the operators of that part are declared here, so
that its models can be built; none of ours calls them.
"""

from __future__ import annotations

from typing import Any

import pytest

_DECLARED: list[Any] = []
_MISSING = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}


def zoo(name: str) -> Any:
    """Return ``timm`` or ``torchvision``; skip the test where it is not installed."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    if not _DECLARED:
        library = torch.library.Library("torchvision", "FRAGMENT")
        for operator, signature in _MISSING.items():
            try:
                library.define(f"{operator}{signature}")
            except RuntimeError:  # torchvision is whole, and has declared them
                break
        _DECLARED.append(library)
    return pytest.importorskip(name, reason=f"{name} is not installed")
