"""SP011: unreadable file."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class UnreadableFile(FaultRule):
    """The file does not exist, or is not a text file.

    Why: a spec is a UTF-8 text that begins with 'cnn: 1'.

    Instead: name another file, or save it as text.
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
