"""SP001: yaml syntax."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class YamlSyntax(FaultRule):
    """The text is not valid YAML.

    Why: what cannot be parsed cannot be checked. The place is where the parser stopped, or
    where an unclosed quote or bracket begins. Complete sections before it are checked in the
    same run, if no later section can affect them.

    Instead: fix the line; the message says what YAML expects there.
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
            message="invalid YAML: a mapping that is not closed",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers: [!!python/name:os.system relu]\n",
            at=(3, 10),
            message="the tag '!!python/name:os.system' is not allowed",
        ),
    )
