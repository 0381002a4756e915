"""Stores: chunks that are done, in a folder, so that an interrupted sweep goes on where it was."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from cnnanalyze.errors import UsageError
from cnnanalyze.sweeping.run import Chunk, Excluded

_PLAN = "plan.json"


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
            if plan.is_file():
                known = json.loads(plan.read_text(encoding="utf-8"))
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
                plan.write_text(json.dumps({"plan": key}), encoding="utf-8")
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot use '{folder}': {error}") from None
        self.found_at_first = sum(1 for _ in folder.glob("*.npz"))
        """How many chunks were there already."""

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:09d}.npz"

    def find(self, number: int) -> Chunk | None:
        """Return a chunk that is done; nothing if it is not, or its file is torn."""
        path = self._path(number)
        if not path.is_file():
            return None
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
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
        except (OSError, ValueError, KeyError, TypeError, BadZipFile, EOFError):
            return None
        return chunk

    def keep(self, chunk: Chunk) -> None:
        """Write a chunk; it is there whole, or not at all."""
        path = self._path(chunk.number)
        if path.is_file():
            return
        said = {
            "excluded": [asdict(one) for one in chunk.excluded],
            "checked": chunk.checked,
            "distinct": chunk.distinct,
        }
        beside = path.with_suffix(f".{os.getpid()}.part")
        with beside.open("wb") as file:
            np.savez(
                file,
                points=chunk.points,
                numbers=np.array(chunk.numbers, np.int64),
                is_partial=chunk.is_partial,
                said=np.array(json.dumps(said)),
            )
        beside.replace(path)

    def remove(self) -> None:
        """Remove the folder, when the sweep is finished."""
        shutil.rmtree(self._folder, ignore_errors=True)
