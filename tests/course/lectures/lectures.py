"""The lectures as they are recomputed, each once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cnnanalyze.course.lectures.facts import Lecture, read_lecture
from cnnanalyze.course.lectures.networks import Networks
from cnnanalyze.course.lectures.recompute import examine
from cnnanalyze.course.lectures.verdict import Examined, Recomputed

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "specs" / "lectures"
IDS = ("000", "001", "002", "003", "004")


@cache
def read(name: str) -> Lecture:
    return read_lecture(FOLDER / f"{name}.facts")


@cache
def examined(name: str) -> Examined:
    return examine(read(name))


@cache
def networks() -> Networks:
    return Networks(FOLDER)


def row(name: str) -> Recomputed:
    return next(r for r in examined(name[:3]).rows if r.fact.id == name)
