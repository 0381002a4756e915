"""A front end of another package, there while a test runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.exchange.front_end import FRONT_ENDS
from tests.exchange import tiny

SAMPLE = """\
input 31 37 3
conv filters=8 kernel=3
relu
maxpool 2
conv filters=11 kernel=5 padding=2
relu
flatten
dense 10
"""


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Path]:
    """Return a file that a front end reads."""
    path = tmp_path / "net.tiny"
    path.write_text(SAMPLE)
    with FRONT_ENDS.scoped():
        cnn.front_end(".tiny")(tiny.read)
        yield path
