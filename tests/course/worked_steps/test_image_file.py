"""Pictures as numbers: what each sort of picture yields, and which are refused."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnanalyze.course.worked_steps.image_file import read_file
from cnnanalyze.errors import UsageError

Image = pytest.importorskip("PIL.Image", reason="pictures as input: pillow is not installed")
Planes = list[list[list[Any]]]


def planes(path: Path, *, grey: bool = False) -> Planes:
    return [[list(row) for row in plane] for plane in read_file(path, grey=grey).planes]


def of_mode(mode: str, *pixels: Any) -> Any:
    picture = Image.new(mode, (len(pixels), 1))
    for x, pixel in enumerate(pixels):
        picture.putpixel((x, 0), pixel)
    return picture


def with_palette() -> Any:
    picture = of_mode("P", 0, 1)
    picture.putpalette([200, 10, 20, 30, 40, 250])
    return picture


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (of_mode("1", 0, 1), [[[0, 255]]]),
        (of_mode("L", 7, 250), [[[7, 250]]]),
        (of_mode("LA", (7, 0), (250, 99)), [[[7, 250]]]),  # see-through or not: one channel
        (of_mode("RGB", (1, 2, 3), (4, 5, 6)), [[[1, 4]], [[2, 5]], [[3, 6]]]),
        (of_mode("RGBA", (1, 2, 3, 0), (4, 5, 6, 99)), [[[1, 4]], [[2, 5]], [[3, 6]]]),
        (with_palette(), [[[200, 30]], [[10, 40]], [[20, 250]]]),
    ],
    ids=["1", "L", "LA", "RGB", "RGBA", "P"],
)
def test_pictures_of_8_bits(tmp_path: Path, ending: str, picture: Any, expected: Planes) -> None:
    path = tmp_path / f"a.{ending}"
    picture.save(path)
    assert planes(path) == expected


def test_inks_become_colours(tmp_path: Path) -> None:
    of_mode("CMYK", (0, 255, 255, 0), (0, 0, 0, 255)).save(tmp_path / "a.tif")
    assert planes(tmp_path / "a.tif") == [[[255, 0]], [[0, 0]], [[0, 0]]]


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize(
    ("numbers", "ending"),
    [
        (np.array([[0, 1000], [30_000, 65_535]], np.uint16), "png"),
        (np.array([[0, 1000], [30_000, 65_535]], np.uint16), "tif"),
        (np.array([[0, 1000], [30_000, 65_535]], ">u2"), "tif"),
        (np.array([[0, 1000], [30_000, 65_535]], np.int32), "ppm"),
        (np.array([[-5, 70_000], [0, 2**31 - 1]], np.int32), "tif"),
    ],
)
def test_a_picture_of_more_than_8_bits_is_not_clipped(
    tmp_path: Path, numbers: Any, ending: str, *, grey: bool
) -> None:
    path = tmp_path / f"a.{ending}"
    Image.fromarray(numbers).save(path)
    assert planes(path, grey=grey) == [numbers.tolist()]


def test_floats_of_a_picture_are_taken_as_printed(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0.1, -300.5]], np.float32)).save(tmp_path / "a.tif")
    found = planes(tmp_path / "a.tif")
    assert [[list(map(Fraction, row)) for row in p] for p in found] == [
        [[Fraction(1, 10), Fraction(-601, 2)]]
    ]


def test_a_picture_with_infinity_is_refused(tmp_path: Path) -> None:
    Image.fromarray(np.array([[1, np.inf]], np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(UsageError, match="holds NaN or infinity"):
        read_file(tmp_path / "a.tif")


def png_of_16_bits(colour_type: int, channels: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        sum_ = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + sum_

    head = struct.pack(">IIBBBBB", 1, 1, 16, colour_type, 0, 0, 0)
    row = zlib.compress(b"\0" + struct.pack(f">{channels}H", *range(1000, 1000 + channels)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def tiff_of_16_bits() -> bytes:
    fields = [(256, 1), (257, 1), (258, 122), (259, 1), (262, 2), (273, 128), (277, 3), (278, 1)]
    found = b"II*\0" + struct.pack("<IH", 8, 9)
    for tag, value in [*fields, (279, 6)]:
        found += struct.pack("<HHIHH", tag, 3, 3 if tag == 258 else 1, value, 0)
    return found + struct.pack("<I6H", 0, 16, 16, 16, 1000, 2000, 65_535)


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", png_of_16_bits(2, 3)),
        ("a.png", png_of_16_bits(6, 4)),
        ("a.png", png_of_16_bits(4, 2)),
        ("a.tif", tiff_of_16_bits()),
        ("a.ppm", b"P6 1 1 65535\n" + struct.pack(">HHH", 1000, 2000, 65_535)),
    ],
    ids=["RGB", "RGBA", "LA", "TIFF", "PPM"],
)
def test_colours_of_16_bits_are_refused_rather_than_cut_off(
    tmp_path: Path, name: str, data: bytes, *, grey: bool
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_file(path, grey=grey)
    assert str(caught.value) == (
        f"error: '{path}' has 16 bits for each colour; of colours 8 bits are read: 16 > 8\n"
        "  help: save it with 8 bits, or its numbers as .npy"
    )


SMALL: dict[str, Callable[[Path], None]] = {
    f"a.{ending}": lambda path: Image.new("RGB", (2, 1), (255, 0, 0)).save(path)
    for ending in ("png", "bmp", "tif", "ppm")
}


@pytest.mark.parametrize("name", SMALL)
def test_the_same_picture_is_the_same_in_every_format(tmp_path: Path, name: str) -> None:
    SMALL[name](tmp_path / name)
    assert planes(tmp_path / name) == [[[255, 255]], [[0, 0]], [[0, 0]]]
    assert planes(tmp_path / name, grey=True) == [[[76, 76]]]
