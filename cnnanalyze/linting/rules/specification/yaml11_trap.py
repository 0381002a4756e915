"""SP009: yaml11 trap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cnnanalyze.core.tree import Scalar, Sequence, Tree
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.edit import replaced
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class Yaml11Trap(Rule):
    """An unquoted word means something else to readers of YAML 1.1.

    Why: specs are read as YAML 1.2, as editors do: 'no' is a word, 010 is ten. PyYAML and many
    others still read 1.1, where 'no' is false, 010 is eight, 12:30 is 750 and 1_000 is a
    number.

    Instead: quote words, and write numbers plainly.
    """

    code = "SP009"
    name = "yaml11-trap"
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "text"
    formula = "value by YAML 1.1 != value by YAML 1.2"
    source = "YAML 1.2 specification, section 10.3 (core schema); measured with PyYAML 6.0"
    trips = "none of the networks in specs/"
    valid = (
        Case("cnn: 1\nname: 'no'\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n"),
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 10, kernel: 3}\n"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 010, kernel: 3}\n",
            at=(4, 19),
            message="010 is 10 here, but 8 to readers of YAML 1.1",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , as: on}\n",
            at=(4, 16),
            message="on is the word 'on' here, but true to readers of YAML 1.1",
        ),
        Case(
            "cnn: 1\nfamily: no\ninput: 32x32x3\nlayers:\n- relu\n",
            at=(2, 9),
            message="no is the word 'no' here, but false to readers of YAML 1.1",
        ),
        Case(
            "cnn: 1\nsource: 1_000\ninput: 32x32x3\nlayers:\n- relu\n",
            at=(2, 9),
            message="1_000 is the word '1_000' here, but 1000 to readers of YAML 1.1",
        ),
        Case(
            "cnn: 1\nname: 12:30\ninput: 32x32x3\nlayers:\n- relu\n",
            at=(2, 7),
            message="12:30 is the word '12:30' here, but 750 to readers of YAML 1.1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Resolve every word that could be a trap by YAML 1.1, too."""
        if context.tree is None:
            return
        refused = {f.mark.position for f in context.faults if f.mark}
        for word, is_key in _words(context.tree):
            older = _older(word.text)
            if older == word.value and isinstance(older, bool) == isinstance(word.value, bool):
                continue
            # Where our reading is refused, the other one is what was meant.
            is_refused = not is_key and word.mark.position in refused
            is_meant = is_refused and not isinstance(older, str)
            plain = _plain(older if is_meant else word.value)
            yield self.found(
                context,
                f"{word.text} is {_said(word.value)} here, "
                f"but {_said(older)} to readers of YAML 1.1",
                mark=word.mark,
                help=f"write {plain}",
                values={"YAML 1.2": word.value, "YAML 1.1": older},
                fix=replaced(word.mark, plain, f"write {plain}"),
            )


_TRAP = (
    r"(?i:yes|no|on|off)|[-+]?0[0-9_]+|[-+]?[0-9]+_[0-9_.]*|[-+]?0b[01_]+"
    r"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
)
"""What the two versions could read differently, of that which a spec may hold.

Numbers such as 1e-4, which YAML 1.1 takes for words, are left alone: nobody means a word there.
"""
_LONGEST = 64
"""The longest word that is looked at; nobody means such a one as a number."""
_TRUE, _FALSE = frozenset({"yes", "on"}), frozenset({"no", "off"})
_AS_PRINTED = frozenset({"expect", "budgets"})
"""Sections whose figures are read as texts, so that 62_006 is one number to everybody."""


def _older(text: str) -> str | float | bool:
    """Return what YAML 1.1 reads where this could be a trap."""
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    digits = text.replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    bare = digits.lstrip("+-")
    if ":" in bare:  # to the base of sixty
        total = 0.0
        for part in bare.split(":"):
            total = 60 * total + float(part)
        return sign * (total if "." in bare else int(total))
    if bare.startswith("0b"):
        return sign * int(bare, base=0)
    if bare.startswith("0") and bare.isdigit() and len(bare) > 1:
        return text if set(bare) & set("89") else sign * int(bare, base=8)
    return sign * (float(bare) if "." in bare else int(bare))


def _words(tree: Tree, *, is_key: bool = False) -> Iterator[tuple[Scalar, bool]]:
    """Yield the words without quotes that could be traps, and whether each is a key."""
    if isinstance(tree, Scalar):
        if tree.plain and _is_suspect(tree.text) and re.fullmatch(_TRAP, tree.text):
            yield tree, is_key
    elif isinstance(tree, Sequence):
        for item in tree.items:
            yield from _words(item)
    else:
        for key, value in tree.entries:
            yield from _words(key, is_key=True)
            if key.text not in _AS_PRINTED:
                yield from _words(value)


def _is_suspect(text: str) -> bool:
    """Whether a word could be a trap at all; in most specs none is, and nothing has to match."""
    if len(text) > _LONGEST:
        return False
    digits = text.lstrip("+-")
    if not digits[:1].isdigit():
        return text.lower() in _TRUE | _FALSE
    is_padded = digits[0] == "0" and digits[1:2] not in {"", "."}
    return is_padded or "_" in digits or ":" in digits


def _said(value: Any) -> str:  # noqa: ANN401 - whatever YAML can hold
    return f"the word '{value}'" if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> str:  # noqa: ANN401 - whatever YAML can hold
    """Return a value as both versions read it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)
