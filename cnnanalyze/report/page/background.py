"""Backgrounds: a reader's picture, made small, to see on it what units see."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from cnnanalyze.core.files import FileError, read_bytes
from cnnanalyze.errors import UsageError

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
"""The formats that are read: others would run converters that nobody promised."""
MOST_BYTES = 40_000_000
MOST_PIXELS = 50_000_000
SIDE = 480
"""The longest side in a page; the viewer shows no more."""
QUALITY = 85


class Background(NamedTuple):
    """A picture that is part of a page."""

    address: str
    """All of it, as a ``data:`` address."""
    width: int
    height: int


def read_background(path: Path) -> Background:
    """Read a picture and make it small enough for a page.

    Raises
    ------
    UsageError
        If the file cannot be read, is not a picture, or a too large one; or if pillow is missing.
    """
    try:
        data = read_bytes(path, MOST_BYTES, what="picture")
    except FileError as error:
        raise UsageError(error.message, help="--image takes a picture, such as a .png") from None
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(
            f"reading '{path}' needs the package pillow, which is not installed",
            help="pip install 'cnnanalyze[image]', or choose a picture in the page itself",
        ) from None
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise UsageError(
                    f"'{path}' has {width:,} x {height:,} pixels: "
                    f"{width * height:,} > {MOST_PIXELS:,}",
                    help="make it smaller first",
                )
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            upright.thumbnail((SIDE, SIDE))
            written = BytesIO()
            upright.save(written, "JPEG", quality=QUALITY)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise UsageError(
            f"'{path}' is not a picture that can be read",
            help="there are .png, .jpg, .bmp, .gif, .tif, .webp and .ppm",
        ) from None
    except (OSError, SyntaxError, ValueError, OverflowError, MemoryError, EOFError) as error:
        raise UsageError(f"'{path}' cannot be read as a picture: {error}") from None
    address = f"data:image/jpeg;base64,{b64encode(written.getvalue()).decode()}"
    return Background(address, *upright.size)
