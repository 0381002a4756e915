"""LN003: entries of a baseline that nothing answers to."""

from cnnanalyze.linting.rule import EngineRule, rule


@rule
class StaleBaseline(EngineRule):
    """An entry of the baseline hides nothing any more.

    Why: what was mended must not come back unseen under an old entry.

    Instead: run with '--prune-baseline', which takes such entries out.
    """

    code = "LN003"
    name = "stale-baseline"
    severity = "error"
    source = "ESLint, bulk suppressions: unused ones fail the run"
    trips = "none"
