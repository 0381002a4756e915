"""SP002: duplicate key."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class DuplicateKey(FaultRule):
    """A mapping has the same key twice.

    Why: most YAML readers silently keep the last value, so half of what is written has no
    effect. The rest is checked with the first value and with the last one, and errors that
    occur with both are reported in the same run.

    Instead: keep one of them.
    """

    code = "SP002"
    name = "duplicate-key"
    source = (
        "YAML 1.2 specification, section 3.2.1.3: keys are unique; PyYAML's loaders do not check it"
    )
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3, kernel: 5}\n",
            at=(4, 33),
            message="duplicate key 'kernel'; first in line 4",
        ),
    )
