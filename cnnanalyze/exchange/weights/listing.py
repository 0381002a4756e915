"""Listings: the keys and the extents of a ``state_dict``, printed by whoever may open it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

from cnnanalyze.core.files import printable, read_text
from cnnanalyze.errors import Fault, Mark, Source, SpecError
from cnnanalyze.exchange.weights.tensors import MOST_AXES, StoredTensor, StoredTensors

_COUNTERS = (
    "num_batches_tracked",
    "position_ids",
    "relative_position_index",
    "seed_generator_state",
)
"""How names end of what is no weight."""
_BESIDE = re.compile(r"[()\[\],x]")
_MOST_DIGITS = 12
_HELP = "a line is a name and its extents, such as 'conv1.weight 64 3 7 7'"


def read_listing(path: Path) -> StoredTensors:
    """Return the tensors that a text, a CSV or a JSON file lists.

    Raises
    ------
    SpecError
        With the line that says no tensor.
    FileError
        If there is no such file.
    """
    text = read_text(path)
    source = Source(printable(path), text)
    ending = path.suffix.lower()
    lines = {".json": _of_json, ".csv": _of_csv}.get(ending, _of_text)(source)
    found: dict[str, StoredTensor] = {}
    for number, name, extents in lines:
        words = _BESIDE.sub(" ", extents.removeprefix("torch.Size")).split()
        is_fit = all(word.isdecimal() and len(word) <= _MOST_DIGITS for word in words)
        mark = Mark(source, number, 1, max(1, len(source.lines[number - 1]))) if number else None
        if not is_fit or not name or len(words) > MOST_AXES:
            raise SpecError(
                Fault(f"'{printable(f'{name} {extents}'[:200])}' is not a tensor", mark, _HELP)
            )
        if name in found:
            raise SpecError(Fault(f"'{printable(name)}' is listed twice", mark))
        found[name] = StoredTensor(name, tuple(map(int, words)), not name.endswith(_COUNTERS))
    if not found:
        raise SpecError(Fault(f"{source.name} lists no tensor", None, _HELP))
    return StoredTensors(source.name, tuple(found.values()))


def _of_text(source: Source) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(source.lines, 1):
        name, *extents = line.split(maxsplit=1) or [""]
        if name and not name.startswith("#"):
            yield number, name.rstrip(":"), "".join(extents).strip()


def _of_csv(source: Source) -> Iterator[tuple[int, str, str]]:
    reader = csv.reader(io.StringIO(source.text), strict=True)
    try:
        for row in reader:
            name, *extents = [cell.strip() for cell in row] or [""]
            is_head = reader.line_num == 1 and not any(
                letter.isdigit() for letter in "".join(extents)
            )
            if name and not (is_head and "".join(extents)):
                yield reader.line_num, name, " ".join(extents)
    except csv.Error as error:
        raise SpecError(f"{source.name}: line {reader.line_num}: {error}") from None


def _of_json(source: Source) -> Iterator[tuple[int, str, str]]:
    try:
        found = json.loads(source.text)
    except (ValueError, RecursionError) as error:
        raise SpecError(f"{source.name} is not JSON: {type(error).__name__}: {error}") from None
    if not isinstance(found, dict):
        raise SpecError(
            f"{source.name} is not an object of names and extents, such as "
            '{"conv1.weight": [64, 3, 7, 7]}'
        )
    for name, shape in found.items():
        is_list = isinstance(shape, list) and all(type(n) is int for n in shape)
        yield 0, name, " ".join(map(str, shape)) if is_list else json.dumps(shape)[:200]
