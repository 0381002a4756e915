"""Targets: those that are shipped, and files of one's own with what is wrong at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnanalyze.deployment.number_format import FORMATS
from cnnanalyze.deployment.target import find_target, names, read_target
from cnnanalyze.errors import UsageError


@pytest.mark.parametrize("name", names())
def test_shipped_target_says_what_it_is_and_where_that_is_said(name: str) -> None:
    target = find_target(name)
    assert target.name == name
    assert target.title
    assert target.source
    assert target.dtype in target.dtypes
    assert set(target.dtypes) <= set(FORMATS)


def test_a_target_of_ones_own_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "board.toml"
    path.write_text('name = "board"\nsource = "data sheet"\nflash = "512 KiB"\nsram = 131072\n')
    target = find_target(str(path))
    assert (target.flash, target.sram, target.alignment) == (524_288, 131_072, 16)


def test_unknown_target_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError) as found:
        find_target("cortex-m8")
    text = str(found.value)
    assert text.startswith("error: there is no target 'cortex-m8'; did you mean 'cortex-m7'?\n")
    assert text.endswith("; one of your own is a file that ends in .toml")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('flash = "512 KB"', "may mean 512,000 or 524,288 bytes: write '512 kB' or '512 KiB'"),
        ('fuses = ["relu7"]', "'fuses' of a target has no 'relu7'; did you mean 'relu'?"),
        ('dtypes = ["int4"]', "'dtypes' of a target has no 'int4'; did you mean 'int8'?"),
        ("alignment = 12", "'alignment' of a target must be a power of 2, not 12"),
        ('planner = "best"', "'planner' of a target must be one of tflm-greedy, in-place"),
        ("bandwidth = 0", "a rate of a target must be a finite number above 0, not 0"),
        ("bandwidth = nan", "a rate of a target must be a finite number above 0, not nan"),
        ("macs_per_second = {int8 = -2}", "must be a finite number above 0, not -2"),
        ("flsh = 1", "a target has no 'flsh'"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_at_its_place(
    tmp_path: Path, line: str, message: str
) -> None:
    path = tmp_path / "board.toml"
    path.write_text(f'name = "board"\nsource = "data sheet"\n{line}\n')
    with pytest.raises(UsageError) as found:
        read_target(path)
    assert message in str(found.value)
    assert "board.toml:3:" in str(found.value)
