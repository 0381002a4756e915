"""Factories: PyTorch modules that are made by code, which is run only if somebody asks for that."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from cnnanalyze.errors import UsageError
from cnnanalyze.exchange.torch.module import from_torch
from cnnanalyze.exchange.torch.recognition import CODE, is_module
from cnnanalyze.language.spec import Spec

TIMM = "timm"
"""The word before the name of one of timm's models."""


def run_factory(source: str, shapes: Sequence[Sequence[int]] = ()) -> Spec:
    """Return the network of a module that code makes: this imports it and runs it.

    Parameters
    ----------
    source
        ``package.module:function``, which is called without arguments, a class or a module that is
        there; or ``timm:NAME``.
    shapes
        What goes in, without the batch: ``(3, 224, 224)``. Models of timm know it themselves.

    Raises
    ------
    UsageError
        If there is no such code, or it fails, or it gives no module.
    """
    found = CODE.fullmatch(source)
    if found is None:
        raise UsageError(
            f"'{source}' names no code",
            help="name it as package.module:function, or timm:NAME",
        )
    try:
        made = (_timm if found["module"] == TIMM else _called)(found["module"], found["name"])
    except Exception as error:
        raise UsageError(
            f"{source} gives no module: {type(error).__name__}: "
            f"{str(error).strip().partition(chr(10))[0]}",
            help="it is imported from the current folder, or from what is installed, and called "
            "without arguments",
        ) from error
    if not is_module(made):
        raise UsageError(
            f"{source} gives {type(made).__name__}, which is no PyTorch module",
            help="name a function that returns a torch.nn.Module",
        )
    known = getattr(made, "default_cfg", None) or {}
    given = [tuple(shape) for shape in shapes] or [tuple(known.get("input_size", ()))]
    if not all(given):
        raise UsageError(
            f"{source} does not say what goes in",
            help="give the shape, without the batch: --input x=3x224x224",
        )
    return from_torch(made, *((1, *shape) for shape in given), name=found["name"])


def _timm(_: str, name: str) -> Any:  # noqa: ANN401 - whatever comes
    return import_module(TIMM).create_model(name, pretrained=False)


def _called(module: str, name: str) -> Any:  # noqa: ANN401 - whatever comes
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        return found if is_module(found) else found()
    finally:
        sys.path.remove(folder)
