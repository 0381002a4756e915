"""Data: sections worked out by hand, exact, under names that stay (``"schema": 1``)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnanalyze.core.exact_number import Number
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.course.worked_steps.window_steps import SlidingWindow, WindowStep
from cnnanalyze.course.worked_steps.worked_layer import WorkedLayer
from cnnanalyze.report.convolution.step_selection import Shown

MOST_STEPS = 1000
"""Steps of a walk that are written unless a number is asked for."""


def to_dict(shown: Shown) -> dict[str, Any]:
    """Return everything as plain data; fractions that are no whole numbers are texts.

    Rows, columns, channels and filters count from 1.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.network import pool
    >>> from cnnanalyze.course.worked_steps.matrix_parser import read_image
    >>> data = to_dict(Shown("", (pool(read_image(["1 2 3 3"]), "average", (1, 2)),)))
    >>> data["sections"][0]["output"], data["sections"][0]["steps"][0]["result"]
    ([['3/2', 3]], '3/2')
    """
    data: dict[str, Any] = {
        "schema": VERSIONS["convolve"],
        "title": shown.title,
        "sections": [_section(shown, s) for s in shown.sections],
    }
    if shown.verdict is not None:
        data["expected"] = {
            "cells": shown.verdict.cells,
            "mistakes": [
                {
                    "row": m.row + 1,
                    "column": m.column + 1,
                    "channel": m.channel + 1,
                    "printed": plain(m.printed),
                    "right": plain(m.right),
                    "why": m.why,
                }
                for m in shown.verdict.mistakes
            ],
            "why": shown.verdict.why,
        }
    return data


def plain(number: Any) -> Any:  # noqa: ANN401 - numbers in tuples in tuples
    """Return numbers as JSON has them: what is not a finite number is null."""
    if isinstance(number, tuple | list):
        return [plain(n) for n in number]
    if isinstance(number, Fraction):
        return str(number)
    if isinstance(number, float) and number in {float("inf"), float("-inf")}:
        return None
    return number


def _section(shown: Shown, section: WorkedLayer) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": section.name,
        "kind": section.kind,
        "title": section.title,
        "inputs": [plain(v.nested()) for v in section.before],
        "output": plain(section.after.nested()),
        "shape": list(section.tensor_shape or section.after.shape.extents),
        "remarks": list(section.remarks),
    }
    if section.gradient_of:
        data["gradient_of"] = section.gradient_of
    if section.sliding_window is not None:
        data |= _walk(section.sliding_window)
        steps = shown.chosen(section, MOST_STEPS)
        data["steps"] = [_step(step) for step in steps]
        data["steps_left_out"] = section.sliding_window.places - len(steps)
    if section.working is not None:
        data["working"] = {
            "columns": list(section.working.headings),
            "rows": plain(section.working.rows),
            "rows_left_out": section.working.left_out,
            "facts": {name: plain(value) for name, value in section.working.facts},
        }
    return data


def _walk(window: SlidingWindow) -> dict[str, Any]:
    return {
        "window": list(window.size),
        "stride": list(window.stride),
        "dilation": list(window.dilation),
        "padding": [list(pair) for pair in window.padding],
        "flipped": window.flipped,
        "kernels": plain(window.kernels),
        "biases": plain(window.biases),
    }


def _step(step: WindowStep) -> dict[str, Number | Any]:
    return {
        "row": step.row + 1,
        "column": step.column + 1,
        "channel": step.channel + 1,
        "reads": [c + 1 for c in step.reads],
        "windows": plain(step.windows),
        "products": plain(step.products),
        "bias": plain(step.bias),
        "result": plain(step.result),
    }
