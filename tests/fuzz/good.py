"""Good files of every sort: small ones that say as much as they can, and those of the project."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from cnnanalyze.linting.rule import RULES
from cnnanalyze.linting.rules import entries

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "specs"
FILES = Path(__file__).parent / "good_files"


def _file(name: str) -> bytes:
    return (FILES / name).read_bytes()


SPEC = _file("everything.yaml")
WITH_VALUES = _file("values.yaml")
SHEET = _file("small.sheet")
FACTS = _file("small.facts")
TABLE = _file("small.table")
TARGET = _file("board.toml")
CONFIGURATION = _file("configuration.toml")
BUDGET_BASELINE = _file("budget_baseline.json")
LINT_BASELINE = _file("lint_baseline.json")
ANSWERS: dict[str, Any] = json.loads(_file("answers.json"))


@cache
def specs() -> tuple[bytes, ...]:
    """Return specs: good ones, and some that are known to be faulty."""
    small = sorted(p for p in SPECS.glob("*.yaml") if p.stat().st_size < 2_500)
    faulty = sorted((ROOT / "tests" / "language" / "bad_input").glob("*.yaml"))
    rules = [RULES.get(code) for code in entries()]
    cases = [
        case.text.encode()
        for rule in rules
        if rule is not None
        for case in (*rule.valid, *rule.invalid)
    ]
    return (
        *[SPEC, WITH_VALUES] * 20,
        *(p.read_bytes() for p in (*small, *faulty)),
        *cases,
    )


@cache
def sheets() -> tuple[bytes, ...]:
    own = (SPECS / "sheets" / "first_course.sheet").read_bytes()
    return (SHEET, SHEET, own)


def table_of_answers(separator: str = ",") -> bytes:
    """Return the answers as a spreadsheet of two students."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(["question", "Ann", "Bob"])
    for question, answer in ANSWERS.items():
        parts = answer.items() if isinstance(answer, dict) else [("", answer)]
        for part, value in parts:
            writer.writerow([f"{question}.{part}".rstrip("."), value, value])
    return out.getvalue().encode()


@cache
def arrays() -> tuple[bytes, ...]:
    """Return files of NumPy with an image each."""
    found = []
    for array in (
        np.arange(12).reshape(3, 4),
        np.arange(12, dtype=np.uint8).reshape(2, 2, 3),
        np.array([[0.5, 1.0], [2.0, -1.0]], dtype=np.float32),
        np.array([[True, False]]),
        np.arange(5, dtype=">i2"),
    ):
        file = io.BytesIO()
        np.save(file, array)
        found.append(file.getvalue())
    return tuple(found)


@cache
def pictures() -> dict[str, tuple[bytes, ...]]:
    """Return files of pictures by the ending of their names; none without Pillow."""
    try:
        from PIL import Image
    except ImportError:
        return {}
    found: dict[str, tuple[bytes, ...]] = {}
    for ending, form in (("png", "PNG"), ("jpg", "JPEG"), ("bmp", "BMP"), ("gif", "GIF")):
        files = []
        for mode, shape in (("L", (3, 4)), ("RGB", (3, 4, 3))):
            pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
            file = io.BytesIO()
            Image.fromarray(pixels).convert(mode).save(file, form)
            files.append(file.getvalue())
        found[ending] = tuple(files)
    return found


@cache
def models() -> dict[str, bytes]:
    """Return files of other programs, by what their names end in."""
    samples = Path(__file__).parent.parent / "exchange" / "samples"
    return {"".join(path.suffixes): path.read_bytes() for path in sorted(samples.iterdir())}
