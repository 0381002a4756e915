"""What every list of published totals is held against."""

from __future__ import annotations

from typing import Any

import cnnanalyze as cnn
from tests.conftest import SPECS


def assert_totals(name: str, settings: dict[str, Any], parameters: int, macs: int) -> None:
    """Assert that a network of the zoo has exactly these totals, and that nothing is left out."""
    report = cnn.analyze(SPECS / f"{name}.yaml", settings=settings)
    assert report.total.parameters == parameters
    assert report.total.operations("mac") == macs
    assert report.status == "complete"
