"""Targets: what is known of a place where networks run, as data, one file for each."""

from __future__ import annotations

from functools import cache
from math import inf
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from cnnanalyze.core.binding import bind
from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.files import is_file
from cnnanalyze.core.memory_size import memory_size
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import Reader, Section, Text, Whole
from cnnanalyze.core.toml import open_toml, tree_of
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.deployment.number_format import DEFAULT, FORMATS
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.attributes import Flag, Number, choice
from cnnanalyze.layers.base import KINDS

FOLDER = Path(__file__).with_name("targets")
ENDING = ".toml"
REFERENCE = "tflm-reference"
"""The target that is meant where none is named."""
PLANNERS = ("tflm-greedy", "in-place", "tinyengine")
"""The planners by name; :mod:`~cnnanalyze.deployment.memory_plan` says what each does."""


def _size(tree: Tree) -> int:
    if not isinstance(tree, Scalar):
        raise ValueError(f"must be a size such as 256KiB, not {show_tree(tree)}")  # noqa: TRY004 - its text is read
    return memory_size(tree.text)


Size = Annotated[
    int | None,
    Reader(_size, {"type": ["integer", "string"], "minimum": 0, "pattern": r"^\s*[0-9]"}),
]
"""An amount of memory with its unit."""


class Rates(Section):
    """How fast a target computes with numbers of one format, at best."""

    called: ClassVar[str] = "the rates of a target"

    int8: Number | None = Field(default=None, description="with whole numbers of 8 bits")
    int16x8: Number | None = Field(default=None, description="with activations of 16 bits")
    float16: Number | None = Field(default=None, description="in half precision")
    float32: Number | None = Field(default=None, description="in single precision")
    mixed: Number | None = Field(default=None, description="weights of 8 bits, the rest float32")


class Target(Section):
    """A place where networks run: what it holds, how fast it is, what its runtime does."""

    called: ClassVar[str] = "a target"

    name: Text = Field(description="what it is called", examples=["my-board"])
    title: Text = Field(default="", description="what it is, for a heading")
    source: Text = Field(description="where what stands here is said", examples=["its data sheet"])
    dtype: choice(*FORMATS) = Field(  # type: ignore[valid-type]
        default=DEFAULT, description="the number format that is meant where none is named"
    )
    dtypes: tuple[str, ...] = Field(
        default=tuple(FORMATS), description="the number formats that it runs"
    )
    planner: choice(*PLANNERS) = Field(  # type: ignore[valid-type]
        default=PLANNERS[0], description="how its runtime lays tensors out"
    )
    alignment: Whole = Field(default=16, description="bytes of which each offset is a multiple")
    fuses: tuple[str, ...] = Field(
        default=(), description="activations that run with the layer before them"
    )
    fuses_add: Flag = Field(
        default=False, description="whether an addition runs with the convolution before it"
    )
    runs: tuple[str, ...] = Field(
        default=(), description="the layer kinds that run at all; without it, every kind"
    )
    per_tensor: Flag = Field(
        default=False, description="whether weights have one scale each tensor, not each filter"
    )
    is_file_tflite: Flag = Field(
        default=False,
        alias="tflite",
        description="whether constants lie in a TensorFlow Lite file, with its own among them",
    )
    flash: Size = Field(default=None, description="memory for what does not change")
    sram: Size = Field(default=None, description="memory for activations")
    bandwidth: Number | None = Field(
        default=None, description="bytes each second between memory and arithmetic"
    )
    macs_per_second: Rates = Field(
        default_factory=Rates, description="multiply-accumulates each second, by number format"
    )


def names() -> tuple[str, ...]:
    """Return the names of the targets that are shipped.

    Examples
    --------
    >>> "tflm-reference" in names()
    True
    """
    return tuple(sorted(path.stem for path in FOLDER.glob(f"*{ENDING}")))


def find_target(name: str) -> Target:
    """Return a target by its name, or one of a file.

    Raises
    ------
    UsageError
        If there is none, or with everything that is wrong with the file, each at its place.

    Examples
    --------
    >>> target = find_target("tflm-reference")
    >>> target.name, target.planner, target.alignment
    ('tflm-reference', 'tflm-greedy', 16)
    """
    if name.endswith(ENDING):
        return read_target(Path(name))
    path = FOLDER / f"{name}{ENDING}"
    if name not in names() or not is_file(path):
        raise UsageError(
            f"there is no target '{name}'{nearest(name, names())}",
            help=f"the targets are {', '.join(names())}; one of your own is a file that ends in "
            f"{ENDING}",
        )
    return read_target(path)


@cache
def read_target(path: Path) -> Target:
    """Return the target that a file describes.

    Raises
    ------
    UsageError
        With everything that is wrong with it, each at its place.
    """
    faults = Faults()
    tree = tree_of(open_toml(path))
    target = bind(tree, Target, "a target", faults)
    if target is not None:
        _note_unknown(tree, target, faults)
    faults.raise_if_any(UsageError)
    assert target is not None
    return target


def _note_unknown(tree: Mapping, target: Target, faults: Faults) -> None:
    """Note names that nobody knows, and numbers out of bounds, at their places."""
    known = {"dtypes": tuple(FORMATS), "runs": tuple(KINDS.words()), "fuses": tuple(KINDS.words())}
    for key, words in known.items():
        written = tree.get(key)
        for item in written.items if isinstance(written, Sequence) else ():
            if isinstance(item, Scalar) and item.text not in words:
                hint = nearest(item.text, words)
                faults.add(f"'{key}' of a target has no '{item.text}'{hint}", item.mark, "")
    rates = tree.get("macs_per_second")
    speeds = [tree.get("bandwidth")]
    speeds += [value for _, value in rates.entries] if isinstance(rates, Mapping) else []
    for speed in speeds:
        if isinstance(speed, Scalar) and not 0 < float(speed.text) < inf:
            said = f"a rate of a target must be a finite number above 0, not {speed.text}"
            faults.add(said, speed.mark, "leave it out if it is not known")
    given = tree.get("alignment")
    if given is not None and (target.alignment < 1 or target.alignment.bit_count() != 1):
        said = f"'alignment' of a target must be a power of 2, not {target.alignment}"
        faults.add(said, given.mark, "write the bytes of which offsets are multiples: 16")
