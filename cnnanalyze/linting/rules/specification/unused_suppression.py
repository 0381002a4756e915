"""SP010: comments that hide nothing."""

from cnnanalyze.linting.rule import EngineRule, rule


@rule
class UnusedSuppression(EngineRule):
    """A comment 'cnn: ignore[...]' hides nothing.

    Why: what it once excused is mended or has moved; left standing, it would hide the next fault
    at that place.

    Instead: take the comment out; '--fix' does it.
    """

    code = "SP010"
    name = "unused-suppression"
    severity = "warning"
    source = "Ruff, rule RUF100; ESLint, --report-unused-disable-directives"
    trips = "none"
