"""Meaning: what a word of PyTorch, Keras, ONNX or of everyday speech is called here.

A word that is not known is looked for by its meaning before its spelling: the letters of ``dwconv``
are nearest to ``deconv``, which is the opposite. The words stand in ``frameworks.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cnnanalyze.core.files import read_text
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.spelling import Spelling


class Synonym(NamedTuple):
    """What one word means."""

    ours: str = ""
    """A step as a spec has it; nothing if there is none."""
    note: str = ""
    what: str = ""
    """Why there is none."""
    instead: str = ""
    fixed: str = ""
    """The attributes of the step that the word itself gives; others are an example."""
    chosen: bool = False
    """Whether the value of the word says which kind it is."""

    @property
    def kind(self) -> str:
        """The kind of the step."""
        return self.ours.partition(":")[0]


class Meaning(NamedTuple):
    """What there is to say of a word that is not known."""

    hint: str
    """The end of the message."""
    help: str = ""
    """What to do; nothing where the hint says it all."""
    beside: str = ""
    """The word that stands beside an operation, if that is what was meant."""
    entry: Synonym | None = None
    """The step that the word is, if it is one of another framework."""


def bare(word: str) -> str:
    """Return a word without the name of its framework, its rank and its signs.

    Examples
    --------
    >>> bare("nn.Conv2d"), bare("tf.keras.layers.Conv2DTranspose"), bare("LazyBatchNorm3d")
    ('conv', 'convtranspose', 'batchnorm')
    """
    letters = re.sub(r"[^\w]|_", "", _FRAMEWORK.sub("", word[:_LONGEST])).lower()
    without = re.sub(r"[123]d(?=[a-z]|\d?$)", "", letters.removeprefix("lazy"))
    return without or letters


_FRAMEWORK = re.compile(
    r"(?:torch|tf|tensorflow|keras|nn|functional|f|layers?|onnx|ai|ml|ops|torchvision|jax|flax)\.",
    re.IGNORECASE,
)
_LONGEST = 100


def entry_of(word: str) -> Synonym | None:
    """Return what a layer, module or operator is that other frameworks call so.

    Examples
    --------
    >>> entry_of("nn.Linear").ours, entry_of("RoIAlign").what
    ('dense: {units: 10}', 'pooling of regions cannot be expressed')
    """
    return _kinds().get(bare(word))


def of_attribute(word: str, names: Sequence[str], reserved: Sequence[str] = ()) -> Meaning:
    """Say what an attribute may be that a kind does not have.

    Examples
    --------
    >>> of_attribute("out_channels", ["kernel", "filters"]).hint
    "; did you mean 'filters'?"
    >>> of_attribute("inplace", ["kernel"]).help
    'it changes nothing that is counted: leave it out'
    """
    if word in reserved:
        return Meaning("", beside=word)
    letters = bare(word)
    if ours := attribute_of(word, names):
        return Meaning(f"; did you mean '{ours}'?")
    for said, words in _section("unneeded").items():
        if letters in words.split():
            return Meaning("", said)
    if beside := of_key(word, "beside", reserved):
        return Meaning(f"; did you mean '{beside}'?", beside=beside)
    return Meaning(nearest(word, tuple(names)))


def attribute_of(word: str, names: Sequence[str]) -> str:
    """Return which attribute another word means, or nothing if it means none.

    Examples
    --------
    >>> attribute_of("kernel_size", ["filters", "kernel"]), attribute_of("name", ["filters"])
    ('kernel', '')
    """
    letters = bare(word)
    by_letters = (name for name in names if bare(name) == letters)
    table = _section("attributes")
    by_meaning = (name for name in names if letters in table.get(name, "").split())
    return next(by_letters, "") or next(by_meaning, "")


def of_key(word: str, section: str, known: Sequence[str]) -> str:
    """Return the word of ours that another means beside an operation, or at the top of a spec.

    Examples
    --------
    >>> of_key("name", "beside", ["as", "from"]), of_key("model", "top", ["layers"])
    ('as', 'layers')
    """
    letters = bare(word)
    return next(
        (
            ours
            for ours, words in _section(section).items()
            if ours in known and letters in words.split()
        ),
        "",
    )


def near_key(word: str, section: str, known: Sequence[str]) -> str:
    """Return which word of ours another may be, as the end of a message: by meaning, then letters.

    Examples
    --------
    >>> near_key("trainable", "beside", ["frozen"]), near_key("frozn", "beside", ["frozen"])
    ("; did you mean 'frozen'?", "; did you mean 'frozen'?")
    """
    ours = of_key(word, section, known)
    return f"; did you mean '{ours}'?" if ours else nearest(word, tuple(known))


def counted(word: str, known: Sequence[str]) -> str:
    """Say how operations are claimed or limited, if that is what a word means; else nothing.

    Examples
    --------
    >>> counted("flops", ["operations"])
    "write 'operations' with its 'convention', such as convention: flop, which counts both of a MAC"
    >>> counted("depht", ["depth"])
    ''
    """
    if of_key(word, "quantities", known) != "operations":
        return ""
    return (
        "write 'operations' with its 'convention', such as convention: flop, "
        "which counts both of a MAC"
    )


def of_value(attribute: str, value: object) -> str:
    """Say how a value is written here that an attribute does not take; nothing if nobody knows.

    Examples
    --------
    >>> of_value("kernel", "3x3"), of_value("kernel", "3x5")
    ('write kernel: 3', 'write kernel: [3, 5]')
    """
    if isinstance(value, str):
        if _EXTENTS.fullmatch(value) and attribute != "to":
            numbers = value.lower().split("x")
            each = f"[{', '.join(numbers)}]"
            return f"write {attribute}: {numbers[0] if len(set(numbers)) == 1 else each}"
        said: str = _section("values").get(attribute, {}).get(bare(value), "")
        small = value.strip().lower()
        if not said and small != value and small in _SMALL.get(attribute, ()):
            return f"write {attribute}: {small}, in small letters"
        return said
    return ""


_SMALL = {
    "padding": ("valid", "same", "causal", "circular", "reflect", "replicate"),
    "method": ("nearest", "nearest_exact", "bilinear", "bicubic"),
    "coordinates": ("half_pixel", "align_corners", "asymmetric"),
}
"""Words that a spec has in small letters."""
_EXTENTS = re.compile(r"\d{1,6}(?:[xX]\d{1,6}){1,3}", re.ASCII)


@cache
def _tables() -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - needed for faults only

    return tomllib.loads(read_text(Path(__file__).with_name("frameworks.toml")))


def _section(name: str) -> dict[str, Any]:
    section: dict[str, Any] = _tables()[name]
    return section


@cache
def _kinds() -> dict[str, Synonym]:
    found: dict[str, Synonym] = {}
    for row in (*_tables()["kinds"], *_tables()["lacking"]):
        given = {key: text for key, text in row.items() if key != "words"}
        for word in row["words"].split():
            found.setdefault(word, Synonym(**given))
    return found


def of_kind(word: str, kinds: Sequence[str], blocks: Collection[str] = ()) -> Meaning:
    """Say what a kind of layer may be that does not exist.

    Parameters
    ----------
    word
        What is written.
    kinds
        The kinds of layers that there are.
    blocks
        The blocks that somebody named, which may be meant, too.

    Examples
    --------
    >>> of_kind("dwconv", ["deconv", "depthwise"]).hint
    "; did you mean 'depthwise'?"
    >>> of_kind("RoIAlign", ["conv"]).hint
    ': pooling of regions cannot be expressed'
    """
    near = Spelling.of(blocks).nearest(word)
    if near is not None and _is_alike(word, near):
        return Meaning(f"; did you mean '{near}'?")
    found = entry_of(word)
    if found is None:
        return Meaning(nearest(word, (*blocks, *kinds)))
    if found.what:
        return Meaning(f": {found.what}", found.instead)
    return Meaning(f"; did you mean '{found.kind}'?", entry=found)


def _is_alike(word: str, block: str) -> bool:
    """Whether a word shares so much with the name of a block that it surely is that."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - needed for faults only

    return SequenceMatcher(None, word.lower(), block.lower()).ratio() >= _SURE


_SURE = 0.8
