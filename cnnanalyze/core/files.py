"""Files of users: the one place that opens them.

What a command line, a spec or a configuration names may be anything: a device that never ends, a
pipe that nobody writes to, a folder called ``net.yaml``, a circle of links, a name that is no text.
Whatever it is, reading ends, takes a bounded amount of memory, and a refusal says what is there
instead of a file.
"""

from __future__ import annotations

import mmap
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from cnnanalyze.errors import Fault, UsageError

SPEC_ENDINGS = (".yaml", ".yml")
"""What the names of specs end in."""
MOST_BYTES = 2_000_000
"""The largest text that is read."""

STDIN = "what comes in on stdin"
"""What messages call it."""


class ReadFailure(Enum):
    """Why a file was not read."""

    MISSING = "missing"
    OTHER_THING = "something that is no file"
    REFUSED = "refused by the system"
    LARGE = "too large"
    NO_TEXT = "no text"


class FileError(UsageError):
    """A file of a user cannot be read, for a reason that can be asked for."""

    def __init__(self, reason: ReadFailure, message: str, help: str = "") -> None:  # noqa: A002
        super().__init__(Fault(message, help=help))
        self.reason = reason


def read_bytes(path: Path | str, most: int = MOST_BYTES, *, what: str = "text") -> bytes:
    """Read a file of a user.

    Parameters
    ----------
    path
        The file; links are followed.
    most
        The bound on its bytes.
    what
        What such a file holds, as messages have it: a spec, a picture.

    Raises
    ------
    FileError
        If there is no such file, something else stands there, or it is too large.
    """
    with _opened(path, what) as file:
        data = file.read(most + 1)
    return _bounded(data, most, printable(path), what)


def map_bytes(path: Path | str, *, what: str) -> memoryview:
    """Map a file of a user into memory: only what is looked at is read, however large it is.

    Parameters
    ----------
    path
        The file; links are followed.
    what
        What such a file holds, as messages have it.

    Raises
    ------
    FileError
        If there is no such file, or something else stands there.
    """
    with _opened(path, what) as file:
        if not os.fstat(file.fileno()).st_size:  # the system maps no empty file
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def forget(data: memoryview) -> None:
    """Let go of the memory that a mapped file takes; what is looked at again is read again.

    The system maps more than what is looked at: where it holds a file in large pieces, the whole
    piece. Of bytes that are no mapped file nothing is let go.
    """
    if isinstance(data.obj, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        data.obj.madvise(mmap.MADV_DONTNEED)


@contextmanager
def _opened(path: Path | str, what: str) -> Iterator[BinaryIO]:
    """Open a file of a user, or say what stands there instead."""
    name = printable(path)
    try:
        found = os.stat(path)  # noqa: PTH116 - takes bytes and texts alike
        _check_kind(found.st_mode, name, what)
        # Between the look and the opening a pipe may have come: opening one must not wait.
        descriptor = os.open(path, os.O_RDONLY | _WITHOUT_WAITING)
        with os.fdopen(descriptor, "rb") as file:
            _check_kind(os.fstat(descriptor).st_mode, name, what)
            yield file
    except FileNotFoundError:
        raise FileError(ReadFailure.MISSING, f"there is no file {name}") from None
    except ValueError:  # a zero in the name
        raise FileError(ReadFailure.MISSING, f"no file can be called {name!r}") from None
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise FileError(ReadFailure.REFUSED, f"{_cut(name)} cannot be read: {said}") from None


def read_text(path: Path | str, most: int = MOST_BYTES, *, what: str = "text") -> str:
    """Read a file of a user as text, with a newline at the end of every line.

    Raises
    ------
    FileError
        As :func:`read_bytes` does, and if it is not UTF-8.
    """
    return decode(read_bytes(path, most, what=what), printable(path))


def read_stdin(most: int = MOST_BYTES) -> str:
    """Read what comes in on stdin as text.

    Raises
    ------
    FileError
        If it goes on beyond the bound, or is not UTF-8.
    """
    # Whoever replaced stdin by a stream of texts has no bytes to offer.
    stream = getattr(sys.stdin, "buffer", None)
    try:
        data = sys.stdin.read(most + 1).encode() if stream is None else stream.read(most + 1)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise FileError(ReadFailure.REFUSED, f"stdin cannot be read: {said}") from None
    return decode(_bounded(data, most, STDIN, "text"), STDIN)


def decode(data: bytes, name: str) -> str:
    r"""Return the text that some bytes hold.

    Raises
    ------
    FileError
        If they are no UTF-8, or no text at all.

    Examples
    --------
    >>> decode(b"\xef\xbb\xbfcnn: 1\r\n", "net.yaml")
    'cnn: 1\n'
    """
    if b"\0" in data:
        raise FileError(
            ReadFailure.NO_TEXT,
            f"{name} is a binary file: byte {data.index(0) + 1} is zero",
            help="only text can be read here",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(
            ReadFailure.NO_TEXT,
            f"{name} is not UTF-8: byte {error.start + 1} (line {line}) "
            f"is 0x{data[error.start]:02x}",
            help="save the file with the encoding UTF-8",
        ) from None
    return text.replace("\r\n", "\n")


def printable(path: Path | str) -> str:
    r"""Return the name of a file as a text that can be written anywhere.

    Systems take names that are no texts; the bytes that are none are written out.

    Examples
    --------
    >>> printable(os.fsdecode(b"caf\xe9.yaml"))
    'caf\\xe9.yaml'
    """
    name = str(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        return name.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return name


def shown(path: Path) -> str:
    """Return a path as messages have it: relative to here if it lies below."""
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()


def is_file(path: Path | str) -> bool:
    r"""Whether there is a file; a name that no system takes is none.

    Examples
    --------
    >>> is_file("x" * 5_000), is_file("a\0b"), is_file(".")
    (False, False, False)
    """
    return os.path.isfile(path)  # noqa: PTH113 - Path's raises for such names


def is_folder(path: Path | str) -> bool:
    r"""Whether there is a folder; a name that no system takes is none.

    Examples
    --------
    >>> is_folder("x" * 5_000), is_folder("a\0b"), is_folder(".")
    (False, False, True)
    """
    return os.path.isdir(path)  # noqa: PTH112 - Path's raises for such names


def exists(path: Path | str) -> bool:
    r"""Whether there is anything of that name; a name that no system takes is none.

    Examples
    --------
    >>> exists("x" * 5_000), exists("a\0b"), exists(".")
    (False, False, True)
    """
    return os.path.exists(path)  # noqa: PTH110 - Path's raises for such names


def resolved(path: Path | str) -> Path:
    """Return the absolute path with its links followed; a circle of links stays as it is written.

    Examples
    --------
    >>> resolved("net.yaml") == Path.cwd() / "net.yaml"
    True
    """
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return Path(os.path.abspath(path))  # noqa: PTH100 - takes what realpath does not


_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_WIDEST = 200


def _cut(name: str) -> str:
    """Shorten a name that is too long for the system, and so for a message."""
    return name if len(name) <= _WIDEST else f"{name[:_WIDEST]}..."


def _article(word: str) -> str:
    return "an" if word[:1].lower() in {*"aeiou"} else "a"


def _check_kind(mode: int, name: str, what: str) -> None:
    if stat.S_ISREG(mode):
        return
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (lambda _: True, "a device"),
    )
    kind = next(said for fits, said in kinds if fits(mode))
    raise FileError(
        ReadFailure.OTHER_THING,
        f"{name} is {kind}, not {_article(what)} {what} file",
        help="name a file" if kind == "a folder" else "save what comes out of it to a file first",
    )


def _bounded(data: bytes, most: int, name: str, what: str) -> bytes:
    if len(data) > most:
        raise FileError(
            ReadFailure.LARGE,
            f"{name} is larger than {most:,} bytes, the bound on the size of "
            f"{_article(what)} {what}",
        )
    return data
