"""Paths: what the names of layers in a source say of the parts that these stand in.

Sources separate the parts of a path with slashes or dots. Many number what has no name, so a name
says something only if it is a word of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import takewhile

from cnnanalyze.exchange.folding.step import TABLE, Expression, Step, Steps, nested
from cnnanalyze.exchange.folding.text import short_word
from cnnanalyze.graph.naming import is_name
from cnnanalyze.layers.base import KINDS

_GENERIC = frozenset(
    {"block", "blocks", "features", "layer", "layers", "model", "module", "net", "network", "node"}
)
"""Parts of paths that say nothing of what they hold."""
_SEPARATOR = re.compile(r"[/.]")
_NUMBERED = re.compile(r"([a-z][a-z_.]*?)([0-9]+)", re.ASCII)


def parts_of(path: str) -> tuple[str, ...]:
    """Return the parts of the path of a layer.

    Examples
    --------
    >>> parts_of("layer1.0.conv2"), parts_of("stage2/residual1/conv1")
    (('layer1', '0', 'conv2'), ('stage2', 'residual1', 'conv1'))
    """
    return tuple(_SEPARATOR.split(path))


def place_of(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the parts of paths that all layers of some steps have in common, if they have any."""
    paths = {path for step in nested(tuple(steps)) for path in step.paths}
    inner = [parts[:-1] for path in paths if len(parts := parts_of(path)) > 1]
    return tuple(p[0] for p in takewhile(lambda p: len(set(p)) == 1, zip(*inner, strict=False)))


def block_name(step: Step) -> str:
    """Return what a source calls the part that a step is, if that says something.

    Examples
    --------
    >>> block_name(Step("add", paths=("stage2/bottleneck1/conv1", "stage2/bottleneck1/add1")))
    'bottleneck'
    """
    place = place_of((step,))
    name = place[-1].rstrip("0123456789").rstrip("_-") if place else ""
    says = name not in _GENERIC and len(name) > 1 and KINDS.get(name) is None
    return name if says and name.isidentifier() else ""


def with_source_names(steps: Steps) -> Steps:
    """Return the outermost list with the names that its steps have in the source.

    Examples
    --------
    >>> steps = (Step("dense", paths=("head.fc",)), Step("relu", paths=("relu1",)))
    >>> [step.name for step in with_source_names(steps)]
    ['head.fc', '']
    """
    taken = {step.name for step in steps}
    sizes = Counter(
        parts[:length]
        for step in nested(steps)
        if step.word != TABLE
        for parts in map(parts_of, step.paths)
        for length in range(1, len(parts) + 1)
    )
    found = []
    for step in steps:
        name = "" if step.name or step.repeat != 1 else _source_name(step, sizes)
        if name and name not in taken:
            taken.add(name)
            found.append(replace(step, name=name))
        else:
            found.append(step)
    return tuple(found)


def _source_name(step: Step, sizes: Counter[tuple[str, ...]]) -> str:
    """Return what a step is called if it is all that the source calls so."""
    if step.word == TABLE:
        return row_name(step.paths)
    if step.has_steps:
        return ""  # a join belongs to no branch of its own
    paths = [parts_of(path) for inner in nested((step,)) for path in inner.paths]
    place = paths[0] if len(paths) == 1 else place_of((step,))
    name = ".".join(place)
    is_whole = sizes[place] == sum(path[: len(place)] == place for path in paths)
    return name if is_whole and is_name(name) and _says_something(place[-1], step) else ""


def _says_something(part: str, step: Step) -> bool:
    """Whether a part of a path says more than the kind does, and is not made up by an exporter."""
    word = part.rstrip("0123456789").rstrip("_")
    if part.startswith("node_") or not part.islower() or word in _GENERIC or len(word) < 2:  # noqa: PLR2004
        return False
    cls = KINDS.get(word)
    return cls is None or (word == part and part not in {step.word, short_word(step.word)})


def row_name(places: tuple[str, ...]) -> str:
    """Return the name of the rows of a table whose parts of the source are numbered as they are.

    Examples
    --------
    >>> row_name(("stage1", "stage2")), row_name(("layer2", "layer3", "layer4"))
    ('stage', 'layer${index + 1}')
    """
    found = [match for place in places if (match := _NUMBERED.fullmatch(place))]
    if not found or len(found) < len(places):
        return ""
    first = int(found[0][2])
    if parts_of(places[0])[-1].startswith("node_") or KINDS.get(found[0][1]) is not None:
        return ""
    if any(m[1] != found[0][1] or int(m[2]) != first + k for k, m in enumerate(found)):
        return ""
    base, shift = found[0][1], first - 1
    if not shift:
        return base
    return Expression(f"{base}${{index {'+' if shift > 0 else '-'} {abs(shift)}}}")


def starts_parts(rows: list[Steps]) -> bool:
    """Whether each row of a table is a part of the source by itself."""
    places = [place_of(row) for row in rows]
    return all(places) and len(set(places)) == len(places)


def places(rows: Iterable[Steps]) -> Iterator[str]:
    """Return the parts of the source that rows are."""
    return (".".join(place_of(row)) for row in rows)
