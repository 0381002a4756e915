"""LN001: a rule that crashed."""

from cnnanalyze.linting.rule import EngineRule, rule


@rule
class RuleCrashed(EngineRule):
    """A rule raised an exception.

    Why: what it would have found is not known, so the file cannot pass. All other rules were
    run.

    Instead: report the message to the author of the rule. Until it is fixed, disable the rule
    with 'ignore'.
    """

    code = "LN001"
    name = "rule-crashed"
    severity = "error"
    source = "this linter"
    trips = "none"
