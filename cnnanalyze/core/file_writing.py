"""Writing files: whole or not at all, and never over what belongs to the package."""

from __future__ import annotations

import os
from errno import EACCES
from pathlib import Path
from stat import S_IMODE

from cnnanalyze.core.files import resolved
from cnnanalyze.errors import UsageError


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file by way of a temporary one beside it, so that nothing half-written is left."""
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        target = path.resolve()
        if str(path).startswith("zoo:") or is_of_package(target):
            raise UsageError(
                f"cannot write '{path}': it belongs to cnnanalyze itself",
                help="choose a file of your own",
            )
        if target.exists() and not target.is_file():  # a device, a pipe: nothing can be beside it
            target.write_bytes(data)
            return
        # A file that may not be written could be replaced all the same: that is not what is meant.
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
        beside = target.with_name(f".cnnanalyze-{os.getpid()}.part")
        try:
            beside.write_bytes(data)
            if target.exists():
                beside.chmod(S_IMODE(target.stat().st_mode))
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError, RuntimeError) as error:  # a zero in the name, links in a circle
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"cannot write '{path}': {reason.lower()}",
            help="choose a file in a folder that exists and may be written",
        ) from None


def is_of_package(path: Path) -> bool:
    """Whether a file belongs to the installed package.

    Examples
    --------
    >>> is_of_package(Path(__file__)), is_of_package(Path("net.yaml"))
    (True, False)
    """
    return resolved(path).is_relative_to(resolved(__file__).parent.parent)
