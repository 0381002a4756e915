"""SP001: yaml syntax."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class YamlSyntax(FaultRule):
    """The text is no YAML.

    Why: nothing can be said of a text that cannot be read. The place is the one where the
    parser gave up, or where the quotes or brackets begin that are not closed. What stands whole
    before it is checked in the same run, if no section behind it can have a bearing on that.

    Instead: mend the line; the message says what YAML expects there.
    """

    code = "SP001"
    name = "yaml-syntax"
    source = (
        "YAML 1.2 specification; tags and merge keys are left out on purpose, since a "
        "spec holds plain values"
    )
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers: [{conv: {filters: 8, kernel: 3}]\n",
            at=(3, 40),
            message="this is no YAML: a mapping that is not closed",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers: [!!python/name:os.system relu]\n",
            at=(3, 10),
            message="the tag '!!python/name:os.system' is not allowed",
        ),
    )
