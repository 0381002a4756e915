"""Image files: rows of numbers, arrays of NumPy, pictures."""

from __future__ import annotations

import re
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any

from cnnanalyze.core.files import FileError, ReadFailure, decode, printable, read_bytes
from cnnanalyze.course.worked_steps.matrix_parser import MOST_NUMBERS, read_table
from cnnanalyze.course.worked_steps.volume import Volume, volume_of
from cnnanalyze.errors import Source, UsageError

TABLES = {".csv", ".tsv", ".txt", ".dat"}
PICTURES = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
"""The formats of pictures that are read."""
MOST_BYTES = 40_000_000
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
"""What Pillow calls one channel of more than 8 bits: whole numbers or floats, as they stand."""
_GREY = ("1", "L", "LA", "La", *_DEEP)
"""What Pillow calls pictures without colours; what says how far one sees through is left out."""
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
    ReadFailure.MISSING: 'numbers go behind --image: --image "3 0 1; 1 5 8"',
    ReadFailure.OTHER_THING: "name a file with numbers or a picture",
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
    return _volume(_loaded(data, path), path)


def _volume(array: Any, path: Path) -> Volume:  # noqa: ANN401 - an array
    import numpy as np

    if not np.isfinite(array).all():
        raise UsageError(f"'{path}' holds NaN or infinity; only finite numbers can be used")
    # Numbers of few digits (float32) are taken as they are printed.
    listed = array.astype(int).tolist() if array.dtype.kind == "b" else array.tolist()
    if array.dtype.itemsize < _DOUBLE and array.dtype.kind == "f":
        listed = _floats(array.astype(str).tolist())
    rank = _AXES[array.ndim]
    return volume_of([[[v] for v in row] for row in listed] if array.ndim == 2 else listed, rank)  # noqa: PLR2004


def _loaded(data: bytes, path: Path) -> Any:  # noqa: ANN401 - an array
    """Read an array as NumPy wrote it, after all that its header says was found to be there."""
    import numpy as np

    header, start = _header(data, path)
    shape, kind = header["shape"], header["descr"]
    if not (
        isinstance(shape, tuple) and all(type(n) is int and 0 <= n < _MOST_EXTENT for n in shape)
    ):
        raise UsageError(f"'{path}' is not an array of numbers: its shape is {str(shape)[:_SHOWN]}")
    count = prod(shape)
    if len(shape) not in _AXES or not count:
        raise UsageError(
            f"'{path}' has the shape {shape}; an image has height, width and channels",
            help="take one image of a batch: array[0]",
        )
    if not (isinstance(kind, str) and re.fullmatch(r"[<>|=]?(?:\?|[biuf][0-9]{1,2})", kind)):
        raise UsageError(f"'{path}' holds {str(kind)[:_SHOWN]}, and no numbers that can be used")
    if count > MOST_NUMBERS:
        raise UsageError(f"'{path}' holds {count:,} numbers: {count:,} > {MOST_NUMBERS:,}")
    try:
        dtype = np.dtype(kind)
    except TypeError:  # integers of three bytes
        dtype = np.dtype("V0")
    if dtype.kind not in "biuf" or dtype.itemsize > _DOUBLE:
        raise UsageError(f"'{path}' holds numbers of the type '{kind}', which has no exact double")
    if (needed := count * dtype.itemsize) > len(data) - start:
        raise UsageError(
            f"'{path}' ends too soon: its {count:,} numbers take {needed:,} bytes, and there are "
            f"{len(data) - start:,}"
        )
    array = np.frombuffer(data, dtype, count, start)
    return array.reshape(shape, order="F" if header["fortran_order"] else "C")


def _header(data: bytes, path: Path) -> tuple[dict[str, Any], int]:
    """Return what the header of an array says, and where its numbers begin."""
    from ast import literal_eval  # noqa: PLC0415 - for this sort of file alone

    if data.startswith(b"PK"):
        raise UsageError(f"'{path}' is an archive of arrays; save one of them by itself")
    wide = 2 if data[6:7] == b"\1" else 4
    start = 8 + wide + int.from_bytes(data[8 : 8 + wide], "little")
    if not data.startswith(b"\x93NUMPY") or start > min(len(data), _LONGEST_HEADER):
        raise UsageError(f"'{path}' is not an array of numbers as NumPy writes it")
    try:
        header = literal_eval(data[8 + wide : start].decode("utf-8").strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.keys() != {"descr", "fortran_order", "shape"}:
        raise UsageError(f"'{path}' is not an array of numbers: its header cannot be read")
    return header, start


def _is_extent(number: object) -> bool:
    return type(number) is int and 0 <= number < _MOST_EXTENT


_LONGEST_HEADER = 10_000
_MOST_EXTENT = 2**64
_DOUBLE = 8
"""Bytes of the widest number that is read."""
_SHOWN = 60


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
        # Other formats would run converters that nobody promised: a document, a film, a font.
        with Image.open(BytesIO(data), formats=PICTURES) as picture:
            width, height = picture.size
            colours = not grey and picture.mode not in _GREY
            count = width * height * (3 if colours else 1)
            if count > MOST_NUMBERS:
                raise UsageError(
                    f"'{path}' is {height}x{width}x{3 if colours else 1}: "
                    f"{count:,} > {MOST_NUMBERS:,} numbers",
                    help="make it smaller first, or --grey leaves its colours out",
                )
            if picture.mode in _DEEP:
                import numpy as np

                return _volume(np.asarray(picture), path)
            if _is_deep(picture):
                raise UsageError(
                    f"'{path}' has 16 bits for each colour; of colours 8 bits are read: 16 > 8",
                    help="save it with 8 bits, or its numbers as .npy",
                )
            pixels = picture.convert("RGB" if colours else "L").tobytes()
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise UsageError(
            f"'{path}' is not a picture that can be read",
            help="there are .png, .jpg, .bmp, .gif, .tif, .webp and .ppm; .csv and .npy hold "
            "numbers; .yaml a network",
        ) from None
    except (OSError, SyntaxError, ValueError, OverflowError, MemoryError, EOFError) as error:
        raise UsageError(f"'{path}' cannot be read as a picture: {error}") from None
    deep = 3 if colours else 1
    row = width * deep
    return Volume(
        tuple(
            tuple(tuple(pixels[r * row + c : (r + 1) * row : deep]) for r in range(height))
            for c in range(deep)
        )
    )


def _is_deep(picture: Any) -> bool:  # noqa: ANN401 - pillow may not be there
    """Whether there are more than 8 bits for each colour, which Pillow would cut off in silence."""
    for _, _, _, how in picture.tile:
        form, *more = how if isinstance(how, tuple) else (how,)
        highest = more[0] if more and picture.format == "PPM" else _BYTE
        if ";16" in str(form) or (type(highest) is int and highest > _BYTE):
            return True
    return False


_BYTE = 255
