"""Notations: the symbols and conventions of five courses, of libraries, and plain ones.

A notation is a row of a table. It changes how a derivation is written, and never what is computed:
where a course's own convention leads to another answer, that is said as a remark
(:mod:`cnnanalyze.course.explanations.convention_notes`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnanalyze.core.expression import Name
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError


@dataclass(frozen=True)
class Symbol:
    """How a name is written: a letter with what stands below and above it, or a word."""

    base: str
    below: str = ""
    above: str = ""
    is_word: bool = False
    is_code: bool = False
    """Whether it is the name of an argument in a program."""


@dataclass(frozen=True)
class Notation:
    """The symbols and conventions of one course or library."""

    name: str
    source: str
    """Whose they are."""
    symbols: Mapping[str, str] = field(hash=False)
    """By key of the glossary: the symbol, and after a bar the one for a single axis."""
    order: tuple[str, ...] = ()
    """In which order the terms of a size formula stand."""
    has_floor: bool = True
    """Whether the course rounds down; if not, it expects the windows to fit."""
    counts_total: bool = False
    """Whether its P is the padding of both sides together."""
    one_inside: bool = False
    """Whether the + 1 stands inside the rounding brackets."""
    is_general: bool = False
    """Whether dilation and groups are written even where they are 1."""
    depth: str = "D"
    """The letter of the first of three axes; another one where D means the channels."""
    width_first: bool = False
    """Whether a shape is written width x height x depth."""

    def symbol(self, name: Name) -> Symbol:
        """Return the symbol of a name.

        Examples
        --------
        >>> notation("ng").symbol(Name("input", 1, 2))
        Symbol(base='n', below='W', above='[l-1]', is_word=False, is_code=False)
        """
        text = self.symbols.get(name.key) or PLAIN.get(name.key)
        if text is None:
            text = f"'{name.key.replace('_', ' ')}'" if self.name == "plain" else f"`{name.key}`"
        alike, _, single = text.partition("|")
        chosen = (
            alike if name.axis is None else _of_axis(single or _indexed(alike), name, self.depth)
        )
        return _with(_read(chosen), name.of)


_WORDS = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_LETTERS = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}


def _of_axis(pattern: str, name: Name, depth: str) -> str:
    axis = name.axis or 0
    letters = _LETTERS.get(name.rank, ())
    letter = letters[axis] if axis < len(letters) else str(axis + 1)
    letter = depth if letter == "D" else letter
    words = _WORDS.get(name.rank, ())
    return (
        pattern.replace("{X}", letter)
        .replace("{axis}", words[axis] if axis < len(words) else f"axis_{axis}")
        .replace("{x}", letter.lower())
        .replace("{0}", str(axis))
        .replace("{1}", str(axis + 1))
    )


def _indexed(text: str) -> str:
    if text.startswith(("`", "'")):
        return text[:-1] + "[{0}]" + text[-1]
    return text if "_" in text else f"{text}_{{x}}"


_SYMBOL = re.compile(r"(?P<base>[^_^]+)(?:_(?P<below>[^^]+))?(?:\^(?P<above>.+))?")


def _read(text: str) -> Symbol:
    if text[0] in "`'":
        return Symbol(text[1:-1], is_word=True, is_code=text[0] == "`")
    found = _SYMBOL.fullmatch(text)
    assert found is not None, text
    return Symbol(found["base"], found["below"] or "", found["above"] or "")


def _with(symbol: Symbol, of: str) -> Symbol:
    if not of:
        return symbol
    below = f"{symbol.below},{of}" if symbol.below else of
    return Symbol(symbol.base, below, symbol.above, symbol.is_word, symbol.is_code)


PLAIN = {
    "input": "n|{X}",
    "output": "n_out|{X}_out",
    "channels": "C",
    "features": "N",
    "out channels": "C_out",
    "out features": "N_out",
    "kernel": "k",
    "stride": "s",
    "padding": "p",
    "padding before": "p_before|p_{x},before",
    "padding after": "p_after|p_{x},after",
    "total padding": "P|P_{x}",
    "dilation": "d",
    "extent": "k_eff|k_eff,{x}",
    "groups": "g",
    "filters": "C_out",
    "units": "N_out",
    "multiplier": "m",
    "pieces": "q",
    "layers": "S",
    "biases per sum": "b",
    "words": "V",
    "heads": "h",
    "head size": "d_k",
    "row": "d",
    "output_padding": "o",
    "scale": "f",
    "size": "m|m_{x}",
    "neighbours": "z",
    "neighbours before": "Z_1",
    "neighbours after": "Z_2",
    "block": "b",
    "crop": "c",
    "crop before": "c_before|c_{x},before",
    "crop after": "c_after|c_{x},after",
    "amount": "a",
    "before": "z_before",
    "after": "z_after",
    "start": "a",
    "stop": "b",
    "connections": "T",
    "maps": "C_out",
    "covered": "'covered'|'covered {axis}'",
    "unread": "'unread'|'unread {axis}'",
    "activations": "'activations'",
    "weights": "'weights'",
    "biases": "'biases'",
    "parameters": "'parameters'",
    "statistics": "'not trained'",
    "trainable": "'trainable'",
    "stored": "'stored'",
    "mac": "'MACs'",
    "add": "'additions'",
    "multiply": "'multiplications'",
    "divide": "'divisions'",
    "compare": "'comparisons'",
    "exponential": "'exponentials'",
    "power": "'powers'",
    "operations": "'FLOPs'",
    "field": "r_l|r_l,{x}",
    "field before": "r_l-1|r_l-1,{x}",
    "jump": "j_l|j_l,{x}",
    "jump before": "j_l-1|j_l-1,{x}",
    "first": "a_l|a_l,{x}",
    "first before": "a_l-1|a_l-1,{x}",
    "first seen": "a_l|a_l,{x}",
    "last": "b_l|b_l,{x}",
    "last of 0": "b_l|b_l,{x}",
    "centre": "c_l|c_l,{x}",
    "span": "w_l|w_l,{x}",
    "bytes": "B",
    "batch": "'batch'",
    "epochs": "'epochs'",
    "samples": "'examples'",
    "training samples": "'training examples'",
    "validation share": "v",
    "iterations": "'iterations'",
    "updates": "'updates'",
    "images": "'images'",
    "forward": "'forward'",
    "memory": "'bytes'",
    "weight bytes": "'weight bytes'",
    "activation bytes": "'activation bytes'",
    "numbers": "'numbers'",
    "state": "z",
    "saved": "A",
    "dense parameters": "'dense'",
    "dense units": "N_out",
    "separable macs": "'separable'",
    "ratio": "'ratio'",
    "live": "'live'",
}

_NG = {
    "input": "n^[l-1]|n_{X}^[l-1]",
    "output": "n^[l]|n_{X}^[l]",
    "channels": "n_c^[l-1]",
    "features": "n^[l-1]",
    "out channels": "n_c^[l]",
    "out features": "n^[l]",
    "filters": "n_c^[l]",
    "maps": "n_c^[l]",
    "units": "n^[l]",
    "dense units": "n^[l]",
    "kernel": "f",
    "extent": "f_eff|f_eff,{x}",
    "batch": "'mini-batch'",
    "samples": "m",
    "training samples": "m_train",
}
_CS231N = {
    "input": "W_1|{X}_1",
    "output": "W_2|{X}_2",
    "channels": "D_1",
    "features": "N_1",
    "out channels": "D_2",
    "out features": "N_2",
    "filters": "K",
    "maps": "K",
    "units": "N_2",
    "dense units": "N_2",
    "kernel": "F",
    "extent": "F_eff|F_eff,{x}",
    "stride": "S",
    "padding": "P",
    "padding before": "P_before|P_{x},before",
    "padding after": "P_after|P_{x},after",
    "total padding": "P_total|P_total,{x}",
}
_BOLOGNA = {
    "input": "W|{X}",
    "output": "W_out|{X}_out",
    "channels": "C_in",
    "features": "S_in",
    "out channels": "C_out",
    "out features": "S_out",
    "units": "S_out",
    "dense units": "S_out",
    "kernel": "K|K_{1}",
    "extent": "K_eff|K_eff,{1}",
    "stride": "S|S_{1}",
    "padding": "P_side|P_side,{1}",
    "padding before": "P_before|P_before,{1}",
    "padding after": "P_after|P_after,{1}",
    "total padding": "P|P_{1}",
    "dilation": "d|d_{1}",
    "mac": "'flops'",
    "operations": "'FLOPs'",
    "batch": "'batchsize'",
}
_KERAS = {
    "input": "`size`|`{axis}`",
    "output": "`new_size`|`new_{axis}`",
    "channels": "`channels`",
    "features": "`input_dim`",
    "out channels": "`new_channels`",
    "out features": "`features`",
    "filters": "`filters`",
    "units": "`units`",
    "dense units": "`units`",
    "kernel": "`kernel_size`",
    "stride": "`strides`",
    "padding": "`padding`",
    "dilation": "`dilation_rate`",
    "groups": "`groups`",
    "multiplier": "`depth_multiplier`",
    "output_padding": "`output_padding`",
    "statistics": "'non-trainable'",
    "batch": "`batch_size`",
    "epochs": "`epochs`",
    "validation share": "`validation_split`",
    "samples": "`len(x)`",
    "iterations": "`steps_per_epoch`",
    "pieces": "`pieces`",
}
_PYTORCH = {
    "input": "`in_size`|{X}_in",
    "output": "`out_size`|{X}_out",
    "channels": "`in_channels`",
    "features": "`in_features`",
    "out channels": "`out_channels`",
    "out features": "`out_features`",
    "filters": "`out_channels`",
    "units": "`out_features`",
    "dense units": "`out_features`",
    "kernel": "`kernel_size`",
    "stride": "`stride`",
    "padding": "`padding`",
    "dilation": "`dilation`",
    "groups": "`groups`",
    "output_padding": "`output_padding`",
    "statistics": "'buffers'",
    "batch": "`batch_size`",
    "samples": "`len(dataset)`",
    "block": "`factor`",
}

NOTATIONS: dict[str, Notation] = {
    row.name: row
    for row in (
        Notation("plain", "cnnanalyze", PLAIN),
        Notation(
            "ng",
            "Andrew Ng's course, as lectures 000 and 001 write it",
            _NG,
            one_inside=True,
        ),
        Notation(
            "cs231n",
            "CS231n (Stanford), lecture 004",
            _CS231N,
            order=("input", "kernel", "extent", "padding", "total padding"),
            has_floor=False,
            depth="V",
            width_first=True,
        ),
        Notation(
            "bologna",
            "University of Bologna, lecture 002",
            _BOLOGNA,
            order=("input", "total padding", "kernel", "extent"),
            has_floor=False,
            counts_total=True,
        ),
        Notation("keras", "the arguments of Keras layers", _KERAS),
        Notation(
            "pytorch",
            "the arguments and formulas of PyTorch's documentation",
            _PYTORCH,
            one_inside=True,
            is_general=True,
        ),
    )
}
"""All notations by name."""


def notation(name: str) -> Notation:
    """Return the notation of that name, or refuse it with a hint.

    Examples
    --------
    >>> notation("bologna").counts_total
    True
    """
    if name not in NOTATIONS:
        raise UsageError(
            f"there is no notation '{name}'{nearest(name, list(NOTATIONS))}",
            help=f"the notations are {', '.join(NOTATIONS)}",
        )
    return NOTATIONS[name]
