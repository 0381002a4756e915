"""Writing files: whole or not at all, and never over what belongs to the package."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from errno import EACCES
from pathlib import Path
from stat import S_IMODE

from cnnanalyze.core.files import resolved
from cnnanalyze.errors import UsageError


def write_file(path: Path, content: str | bytes | Iterable[str]) -> None:
    """Write a file by way of a temporary one beside it, so that nothing half-written is left.

    A text may come part by part, so that it need not be there all at once.
    """
    parts = (content,) if isinstance(content, str | bytes) else content
    with _refusing(
        path, OSError, ValueError, RuntimeError
    ):  # a zero in the name, links in a circle
        target = path.resolve()
        if str(path).startswith("zoo:") or is_of_package(target):
            raise UsageError(
                f"cannot write '{path}': it belongs to cnnanalyze itself",
                help="choose a file of your own",
            )
        is_there = target.exists()
        # A file that may not be written could be replaced all the same: that is not what is meant.
        if is_there and target.is_file() and not os.access(target, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
    with _refusing(path, OSError):
        if is_there and not target.is_file():  # a device, a pipe: nothing can be beside it
            _write(target, parts)
            return
        beside = target.with_name(f".cnnanalyze-{os.getpid()}.part")
        try:
            _write(beside, parts)
            if is_there:
                beside.chmod(S_IMODE(target.stat().st_mode))
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


@contextmanager
def _refusing(path: Path, *errors: type[Exception]) -> Iterator[None]:
    """Tell errors as the reason why a file cannot be written."""
    try:
        yield
    except errors as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"cannot write '{path}': {reason.lower()}",
            help="choose a file in a folder that exists and may be written",
        ) from None


def _write(path: Path, parts: Iterable[str | bytes]) -> None:
    with path.open("wb") as file:
        for part in parts:
            file.write(part.encode("utf-8", "backslashreplace") if isinstance(part, str) else part)


def is_of_package(path: Path) -> bool:
    """Whether a file belongs to the installed package.

    Examples
    --------
    >>> is_of_package(Path(__file__)), is_of_package(Path("net.yaml"))
    (True, False)
    """
    return resolved(path).is_relative_to(resolved(__file__).parent.parent)
