"""LN002: settings of a spec that name no rule."""

from cnnanalyze.linting.rule import EngineRule, rule


@rule
class BadSetting(EngineRule):
    """The 'lint' section or a comment of a spec names an unknown rule or threshold.

    Why: a misspelt code switches nothing on or off, and nobody would notice.

    Instead: use a code, a name or the first letters of codes; 'cnnanalyze rule' lists them.
    """

    code = "LN002"
    name = "bad-setting"
    severity = "error"
    source = "this linter"
    trips = "none"
