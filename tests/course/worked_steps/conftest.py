"""The command line on a terminal of 80 columns."""

from __future__ import annotations

from functools import partial

import pytest

from tests.conftest import Run


@pytest.fixture
def run(run: Run) -> Run:
    """Run a command line as on a terminal of 80 columns."""
    return partial(run, columns=80)
