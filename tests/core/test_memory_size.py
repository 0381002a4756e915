"""Sizes of memory: units that mean one thing, and messages for those that do not."""

from __future__ import annotations

import re

import pytest

from cnnanalyze.core.memory_size import memory_size


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("256KiB", 262_144),
        ("256 kB", 256_000),
        ("1.5 MiB", 1_572_864),
        ("1MB", 1_000_000),
        ("2GiB", 2_147_483_648),
        ("17 B", 17),
        (17, 17),
        ("0", 0),
    ],
)
def test_size_is_read(written: object, expected: int) -> None:
    assert memory_size(written) == expected


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("256KB", "may mean 256,000 or 262,144 bytes: write '256 kB' or '256 KiB'"),
        ("256K", "may mean 256,000 or 262,144 bytes: write '256 kB' or '256 KiB'"),
        ("2 M", "may mean 2,000,000 or 2,097,152 bytes: write '2 MB' or '2 MiB'"),
        ("1g", "may mean 1,000,000,000 or 1,073,741,824 bytes: write '1 GB' or '1 GiB'"),
        ("3 mb", "has the unit 'mb'; units are B, kB, MB, GB, KiB, MiB, GiB"),
        ("much", "must be a size such as 256KiB, 1MB or 262144, not 'much'"),
        ("-1", "must be a size such as 256KiB, 1MB or 262144, not '-1'"),
        (True, "must be a size such as 256KiB, 1MB or 262144, not 'True'"),
    ],
)
def test_what_is_no_size_is_refused(written: object, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as found:
        memory_size(written)
    assert str(found.value) == message
