"""Recognition: whether something is a PyTorch module, or names code that makes one.

Nothing of PyTorch is imported to know that, nor what reads modules.
"""

from __future__ import annotations

import re

_MODEL = r"(?P<library>ultralytics):(?P<model>[\w./-]+)"
_PART = r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_][\w.-]*)"
CODE = re.compile(f"{_MODEL}|{_PART}")
"""What names code: a module of Python and what is in it, or a model of Ultralytics by its file."""


def is_code(source: str) -> bool:
    """Whether this names a function of Python, or a model of timm or Ultralytics.

    Examples
    --------
    >>> (
    ...     is_code("timm:resnet18"),
    ...     is_code("ultralytics:yolov8n.yaml"),
    ...     is_code("models.nets:Small"),
    ...     is_code("net.onnx"),
    ...     is_code("zoo:x"),
    ... )
    (True, True, True, False, False)
    """
    return CODE.fullmatch(source) is not None and not source.startswith("zoo:")


def is_module(given: object) -> bool:
    """Whether this is a PyTorch module; PyTorch is not imported to know that.

    Examples
    --------
    >>> is_module("resnet50")
    False
    """
    return any(
        (cls.__module__, cls.__name__) == ("torch.nn.modules.module", "Module")
        for cls in type(given).__mro__
    )
