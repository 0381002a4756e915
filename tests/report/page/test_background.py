"""Backgrounds: pictures made small, and what is not a picture refused with what to do."""

from __future__ import annotations

import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import UsageError
from cnnanalyze.report.page.background import SIDE, read_background
from cnnanalyze.report.page.network import to_html
from tests.report.page.reader import Page

image = pytest.importorskip("PIL.Image", reason="pillow is not installed: no picture was read")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    image.new("RGB", (970, 310), (200, 40, 30)).save(path)
    return path


def test_a_picture_is_made_small_and_keeps_its_shape_and_colours(photo: Path) -> None:
    found = read_background(photo)
    assert (found.width, found.height) == (SIDE, round(SIDE * 310 / 970))
    data = b64decode(found.address.removeprefix("data:image/jpeg;base64,"))
    with image.open(BytesIO(data)) as read:
        assert read.size == (found.width, found.height)
        red, green, blue = read.getpixel((100, 50))
    assert abs(red - 200) + abs(green - 40) + abs(blue - 30) < 12


def test_the_same_picture_gives_the_same_bytes(photo: Path) -> None:
    assert read_background(photo) == read_background(photo)


def test_a_page_has_the_picture_below_its_fields_and_allows_no_other(photo: Path) -> None:
    analysis = cnn.analyze("zoo:lenet5").analysis
    text = to_html(analysis, background=read_background(photo))
    figure = Page(text).root.one("svg", class_="centres")
    kinds = [child.tag for child in figure.children if not isinstance(child, str)]
    assert kinds[:3] == ["path", "image", "path"]
    assert "img-src data:; base-uri 'none'" in text
    assert "img-src" not in to_html(analysis)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no picture", r"'.*net\.png' is not a picture that can be read\n  help: there are \.png"),
        (b"\x89PNG\r\n\x1a\n", r"'.*net\.png' is not a picture that can be read"),
        (None, r"there is no file .*net\.png\n  help: --image takes a picture"),
    ],
)
def test_what_is_no_picture(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "net.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as raised:
        read_background(path)
    assert re.search(message, str(raised.value)), str(raised.value)


def test_a_picture_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    image.new("1", (10_007, 5_003)).save(path)
    with pytest.raises(UsageError) as raised:
        read_background(path)
    assert str(raised.value) == (
        f"error: '{path}' has 10,007 x 5,003 pixels: 50,065,021 > 50,000,000\n"
        "  help: make it smaller first"
    )
