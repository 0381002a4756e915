"""LN003: entries of a baseline that nothing answers to."""

from cnnanalyze.linting.rule import EngineRule, rule


@rule
class StaleBaseline(EngineRule):
    """An entry of the baseline no longer matches a finding.

    Why: a finding that was fixed must not come back unnoticed under an old entry.

    Instead: run with '--prune-baseline', which removes such entries.
    """

    code = "LN003"
    name = "stale-baseline"
    severity = "error"
    source = "ESLint, bulk suppressions: unused ones fail the run"
    trips = "none"
