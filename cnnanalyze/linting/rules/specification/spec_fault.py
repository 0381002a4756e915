"""SP000: what no other rule explains."""

from cnnanalyze.linting.rule import EngineRule, rule


@rule
class SpecFault(EngineRule):
    """The spec cannot be read, for a reason that no other rule covers.

    Why: what cannot be read cannot be checked; the message says what is wrong.

    Instead: fix the place that is shown.
    """

    code = "SP000"
    name = "spec-fault"
    severity = "error"
    source = "this linter"
    trips = "none"
