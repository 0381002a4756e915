"""SP017: bad claim."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class BadClaim(FaultRule):
    """A claim in 'expect' is not valid, or refers to something the spec does not have.

    Why: a claim that cannot be read cannot be checked.

    Instead: give every claim its source and its figures as printed, and name layers by their
    paths.
    """

    code = "SP017"
    name = "bad-claim"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- relu\n"
            "expect:\n"
            "- {source: table 1, total: {parameters: 224}}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- relu\n"
            "expect:\n"
            "- {source: table 1, total: {parameters: many}}\n",
            at=(7, 41),
            message="'parameters' cannot be read: 'many' is not a number such as 138M, ~60M, 4.2 "
            "million or 25,557,032",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- relu\n"
            "expect:\n"
            "- {source: table 1, layers: {conv9: {output: 30x30x8}}}\n",
            at=(7, 46),
            message="a claim names 'conv9', which this network does not have; did you mean "
            "'conv1'?",
        ),
    )
