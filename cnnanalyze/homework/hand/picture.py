"""Files that hold an image: rows of numbers, an array of NumPy, a picture."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from cnnanalyze.core.files import FileError, Reason, decode, printable, read_bytes
from cnnanalyze.errors import Source, UsageError
from cnnanalyze.homework.hand.text import MOST_NUMBERS, read_table
from cnnanalyze.homework.hand.volume import Volume, arrange

TABLES = {".csv", ".tsv", ".txt", ".dat"}
MOST_BYTES = 40_000_000
_AXES = {1: 0, 2: 2, 3: 2}
"""Spatial axes by the axes of an array: a vector, a plane, planes behind one another."""


def is_picture(path: Path) -> bool:
    """Whether a file is read as a picture, as its ending says.

    Examples
    --------
    >>> is_picture(Path("cat.PNG")), is_picture(Path("cat.npy"))
    (True, False)
    """
    return path.suffix.lower() not in {*TABLES, ".npy"}


def read_file(path: Path, *, grey: bool = False) -> Volume:
    """Read an image from a ``.csv``, an ``.npy`` or a picture.

    Parameters
    ----------
    path
        The file; what it is, its ending says.
    grey
        Whether a picture loses its colours.

    Raises
    ------
    UsageError
        If the file cannot be read, holds no finite numbers, or too many.
    """
    ending = path.suffix.lower()
    data = _bytes(path)
    if ending in TABLES:
        return _bounded(read_table(Source(str(path), decode(data, printable(path)))), path)
    if ending == ".npy":
        return _array(data, path)
    return _picture(data, path, grey=grey)


def _bytes(path: Path) -> bytes:
    try:
        return read_bytes(path, MOST_BYTES, what="picture")
    except FileError as error:
        raise UsageError(error.message, help=_INSTEAD.get(error.reason, "")) from None


_INSTEAD = {
    Reason.MISSING: 'numbers go behind --image: --image "3 0 1; 1 5 8"',
    Reason.OTHER_THING: "name a file with numbers or a picture",
}


def _bounded(volume: Volume, path: Path) -> Volume:
    count = volume.shape.count
    if count > MOST_NUMBERS:
        raise UsageError(
            f"'{path}' holds {count:,} numbers: {count:,} > {MOST_NUMBERS:,}",
            help="make it smaller first",
        )
    return volume


def _array(data: bytes, path: Path) -> Volume:
    import numpy as np

    try:
        array: Any = np.load(BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise UsageError(f"'{path}' is no array of numbers: {error}") from None
    if array.ndim not in _AXES or not array.size:
        raise UsageError(
            f"'{path}' has the shape {array.shape}; an image has height, width and channels",
            help="take one image of a batch: array[0]",
        )
    if array.dtype.kind not in "biuf":
        raise UsageError(f"'{path}' holds {array.dtype}, and no numbers that can be weighed")
    if not np.isfinite(array).all():
        raise UsageError(f"'{path}' holds NaN or infinity; only finite numbers can be weighed")
    if array.size > MOST_NUMBERS:
        raise UsageError(
            f"'{path}' holds {array.size:,} numbers: {array.size:,} > {MOST_NUMBERS:,}"
        )
    # Numbers of few digits (float32) are taken as they are printed.
    listed = array.astype(int).tolist() if array.dtype.kind == "b" else array.tolist()
    if array.dtype.itemsize < 8 and array.dtype.kind == "f":  # noqa: PLR2004 - bytes of a double
        listed = _floats(array.astype(str).tolist())
    rank = _AXES[array.ndim]
    return arrange([[[v] for v in row] for row in listed] if array.ndim == 2 else listed, rank)  # noqa: PLR2004


def _floats(texts: Any) -> Any:  # noqa: ANN401 - lists in lists
    return [_floats(t) for t in texts] if isinstance(texts, list) else float(texts)


def _picture(data: bytes, path: Path, *, grey: bool) -> Volume:
    try:
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            f"reading '{path}' needs the package pillow, which is not installed",
            help="pip install 'cnnanalyze[image]', or give the numbers as .csv or .npy",
        ) from None
    try:
        with Image.open(BytesIO(data)) as picture:
            width, height = picture.size
            colours = not grey and picture.mode not in {"1", "L", "I", "F", "I;16"}
            count = width * height * (3 if colours else 1)
            if count > MOST_NUMBERS:
                raise UsageError(
                    f"'{path}' is {height}x{width}x{3 if colours else 1}: "
                    f"{count:,} > {MOST_NUMBERS:,} numbers",
                    help="make it smaller first, or --grey leaves its colours out",
                )
            pixels = picture.convert("RGB" if colours else "L").tobytes()
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise UsageError(
            f"'{path}' is no picture that can be read",
            help="there are .png, .jpg, .bmp and others; .csv and .npy hold numbers; "
            ".yaml a network",
        ) from None
    except (OSError, SyntaxError, ValueError) as error:
        raise UsageError(f"'{path}' cannot be read as a picture: {error}") from None
    deep = 3 if colours else 1
    row = width * deep
    return Volume(
        tuple(
            tuple(tuple(pixels[r * row + c : (r + 1) * row : deep]) for r in range(height))
            for c in range(deep)
        )
    )
