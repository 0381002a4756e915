"""GR005: duplicate name."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class DuplicateName(FaultRule):
    """Two steps of one list have the same name.

    Why: a reference could mean either.

    Instead: choose another name; where a step is repeated, number it: 'as: unit$index'.
    """

    code = "GR005"
    name = "duplicate-name"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , as: a}\n- {relu: , as: b}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , as: a}\n- {relu: , as: a}\n",
            at=(5, 16),
            message="the name 'a' is taken in this list",
        ),
    )
