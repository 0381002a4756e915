"""What the tests of the linter share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cnnanalyze.errors import Source
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.linting.result import FileResult
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import Settings, SettingsSource

Lint = Callable[..., FileResult]


@pytest.fixture
def lint() -> Lint:
    """Return a function that lints a text with some rules only."""

    def lint_text(text: str, *select: str, ignore: tuple[str, ...] = ()) -> FileResult:
        level = Level(select=select or None, ignore=ignore)
        return lint_source(
            Source("net.yaml", text), None, Settings(caller=SettingsSource("test", level))
        )

    return lint_text
