"""Rules that a configuration declares, as they are written there."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from cnnanalyze.core.section import Section, Word, Wrong
from cnnanalyze.layers.attributes import choice
from cnnanalyze.linting.finding import SEVERITIES
from cnnanalyze.linting.rule import is_code, is_name


class WrittenRule(Section):
    """A rule that is declared in a configuration."""

    called = "a declared rule"
    example = 'code = "ACME001", when = "kind == \'conv\' and kernel > 7", message = "..."'

    code: Word = Field(description="capital letters and three digits", examples=["'ACME001'"])
    when: Word = Field(
        description="a condition, asked of every layer",
        examples=["\"kind == 'conv' and kernel > 7\""],
    )
    message: Word = Field(description="what is said; expressions stand in `${...}`")
    name: str = Field(default="", description="a name in kebab case")
    severity: choice(*SEVERITIES) = Field(  # type: ignore[valid-type]
        default="warning", description="`error`, `warning` or `info`"
    )
    help: str = Field(default="", description="what to do")
    profiles: tuple[str, ...] = Field(
        default=("default",), description="which profiles switch it on"
    )

    def wrong(self, what: str) -> Iterator[Wrong]:  # noqa: ARG002 - as inherited
        """Refuse a code or a name that could be mistaken for something else."""
        code = self.code.text
        if not is_code(code):
            words = f"the code '{code}' must be capital letters and three digits"
            yield Wrong(words, "code", "such as ACME001")
        if self.name and not is_name(self.name):
            words = f"the name '{self.name}' must be in kebab case"
            yield Wrong(words, "name", "such as wide-kernel")
