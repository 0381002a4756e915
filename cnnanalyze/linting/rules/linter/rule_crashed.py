"""LN001: a rule that crashed."""

from cnnanalyze.linting.rule import EngineRule, rule


@rule
class RuleCrashed(EngineRule):
    """A rule could not do its work.

    Why: what a crashed rule would have found is not known, so the file cannot pass. All other
    rules were run.

    Instead: report the message to whoever wrote the rule. Until it is mended, leave the rule out
    with 'ignore'.
    """

    code = "LN001"
    name = "rule-crashed"
    severity = "error"
    source = "this linter"
    trips = "none"
