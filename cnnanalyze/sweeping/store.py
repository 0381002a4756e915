"""Stores: chunks that are done, in a folder, so that an interrupted sweep goes on where it was."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from cnnanalyze.core.file_writing import write_file
from cnnanalyze.core.files import FileError, is_file, read_bytes, read_text
from cnnanalyze.errors import UsageError
from cnnanalyze.sweeping.run import Chunk, Excluded

_PLAN = "plan.json"
_MOST = 1_000_000_000
"""The largest file of a chunk."""


class ChunkStore:
    """A folder with the finished chunks of one plan.

    Parameters
    ----------
    folder
        The folder; it is made if there is none.
    key
        What :func:`~cnnanalyze.sweeping.run.fingerprint` says of the plan.

    Raises
    ------
    UsageError
        If the folder holds chunks of another plan, or cannot be used.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            plan = folder / _PLAN
            if is_file(plan):
                known = json.loads(read_text(plan))
                if not isinstance(known, dict) or known.get("plan") != key:
                    raise UsageError(
                        f"'{folder}' has a part of another sweep, or of another version",
                        help="finish that one with the same command, or remove the folder",
                    )
            else:
                if any(folder.iterdir()):
                    raise UsageError(
                        f"'{folder}' is no folder of a sweep, and not empty",
                        help="choose another file, or move the folder away",
                    )
                write_file(plan, json.dumps({"plan": key}))
        except (OSError, ValueError, FileError) as error:
            raise UsageError(f"cannot use '{folder}': {error}") from None
        self.found_at_first = sum(1 for _ in folder.glob("*.npz"))
        """How many chunks were there already."""

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:09d}.npz"

    def find(self, number: int) -> Chunk | None:
        """Return a chunk that is done; nothing if it is not, or its file is torn."""
        path = self._path(number)
        if not is_file(path):
            return None
        try:
            with np.load(BytesIO(read_bytes(path, _MOST)), allow_pickle=False) as data:
                said = json.loads(str(data["said"]))
                chunk = Chunk(
                    number,
                    data["points"],
                    tuple(data["numbers"]),
                    data["is_partial"],
                    tuple(Excluded(**one) for one in said["excluded"]),
                    said["checked"],
                    said["distinct"],
                )
        except (OSError, ValueError, KeyError, TypeError, BadZipFile, EOFError, FileError):
            return None
        return chunk

    def keep(self, chunk: Chunk) -> None:
        """Write a chunk; it is there whole, or not at all."""
        path = self._path(chunk.number)
        if is_file(path):
            return
        said = {
            "excluded": [asdict(one) for one in chunk.excluded],
            "checked": chunk.checked,
            "distinct": chunk.distinct,
        }
        file = BytesIO()
        np.savez(
            file,
            points=chunk.points,
            numbers=np.array(chunk.numbers, np.int64),
            is_partial=chunk.is_partial,
            said=np.array(json.dumps(said)),
        )
        write_file(path, file.getvalue())

    def remove(self) -> None:
        """Remove the folder, when the sweep is finished."""
        shutil.rmtree(self._folder, ignore_errors=True)
