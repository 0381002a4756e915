"""SP011: unreadable file."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class UnreadableFile(FaultRule):
    """There is no such file, or it is no text.

    Why: a spec is a text in UTF-8 that begins with 'cnn: 1'.

    Instead: name another file, or save it as a text.
    """

    code = "SP011"
    name = "unreadable-file"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n",
        ),
    )
    invalid = (
        Case(
            "# nothing but a remark\n",
            message="<text> is empty",
        ),
    )
