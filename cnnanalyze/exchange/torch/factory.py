"""Factories: PyTorch modules that are made by code, which is run only if somebody asks for that."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path, PurePath
from typing import Any

from cnnanalyze.errors import UsageError
from cnnanalyze.exchange.torch.module import from_torch
from cnnanalyze.exchange.torch.recognition import CODE, is_module
from cnnanalyze.language.spec import Spec

TIMM = "timm"
"""The word before the name of one of timm's models."""
IMAGE = (3, 640, 640)
"""What goes into models of Ultralytics, if nothing else is said."""


def run_factory(source: str, shapes: Sequence[Sequence[int]] = ()) -> Spec:
    """Return the network of a module that code makes: this imports it and runs it.

    Parameters
    ----------
    source
        ``package.module:function``, which is called without arguments, a class or a module that is
        there; ``timm:NAME``; or ``ultralytics:FILE``, a model as Ultralytics describes it in YAML.
    shapes
        What goes in, without the batch: ``(3, 224, 224)``. Models of timm know it themselves,
        those of Ultralytics take images of 640x640.

    Raises
    ------
    UsageError
        If there is no such code, or it fails, or it gives no module.
    """
    found = CODE.fullmatch(source)
    if found is None:
        raise UsageError(
            f"'{source}' names no code",
            help="name it as package.module:function, timm:NAME or ultralytics:FILE",
        )
    try:
        made = _made(found)
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
    usual = IMAGE if found["library"] else known.get("input_size", ())
    given = [tuple(shape) for shape in shapes] or [tuple(usual)]
    if not all(given):
        raise UsageError(
            f"{source} does not say what goes in",
            help="give the shape, without the batch: --input x=3x224x224",
        )
    title = found["name"] or PurePath(found["model"]).stem
    return from_torch(made, *((1, *shape) for shape in given), name=title)


def _made(found: re.Match[str]) -> Any:  # noqa: ANN401 - whatever comes
    if found["library"]:
        return import_module("ultralytics").YOLO(found["model"]).model
    if found["module"] == TIMM:
        return import_module(TIMM).create_model(found["name"], pretrained=False)
    return _called(found["module"], found["name"])


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
