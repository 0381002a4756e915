"""SP010: comments that hide nothing."""

from cnnanalyze.linting.rule import EngineRule, rule


@rule
class UnusedSuppression(EngineRule):
    """A comment 'cnn: ignore[...]' suppresses nothing.

    Why: what it once suppressed is fixed or has moved; if it stays, it would hide the next
    finding at that place.

    Instead: remove the comment; '--fix' does it.
    """

    code = "SP010"
    name = "unused-suppression"
    severity = "warning"
    source = "Ruff, rule RUF100; ESLint, --report-unused-disable-directives"
    trips = "none"
