"""The sections that are read into models: training and lint settings."""

from pydantic import Field

from cnnanalyze.core.binding import Section
from cnnanalyze.layers.attributes import Number, choice


class Lint(Section):
    """Which lint rules speak up for this spec."""

    profile: choice("default", "teaching", "strict") = Field(  # type: ignore[valid-type]
        default="default", description="the rules to begin with"
    )
    select: tuple[str, ...] = Field(
        default=(), description="rules that are on, instead of the profile's"
    )
    extend_select: tuple[str, ...] = Field(default=(), description="additional rules")
    ignore: tuple[str, ...] = Field(default=(), description="rules that are off")
    severity: dict[str, choice("error", "warning", "info")] = Field(  # type: ignore[valid-type]
        default_factory=dict, description="other severities, by rule"
    )
    thresholds: dict[str, dict[str, Number]] = Field(
        default_factory=dict, description="other numbers for conditions, by rule"
    )
    target: str | None = Field(default=None, description="the hardware whose rules are added")
