"""SP006: block arguments."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class BlockArguments(FaultRule):
    """A call of a block misses an argument, or has one that the block does not take.

    Why: a block is expanded with the values of its parameters; one without a default must be
    given.

    Instead: give the parameters listed in 'params' of the block.
    """

    code = "SP006"
    name = "block-arguments"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "blocks:\n"
            "  unit: {params: {f: }, layers: [{conv: {filters: $f, kernel: 3}}]}\n"
            "layers:\n"
            "- unit: {f: 8}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "blocks:\n"
            "  unit: {params: {f: }, layers: [{conv: {filters: $f, kernel: 3}}]}\n"
            "layers:\n"
            "- unit: {width: 8, f: 8}\n",
            at=(6, 10),
            message="block 'unit' has no parameter 'width'; it takes f",
        ),
    )
