"""Try inputs by lot for as long as one likes, and say how many there were and what they found.

``python -m tests.fuzz --minutes 60`` tries every sort in turn. ``--sort answers --seed 7`` tries
one case again and shows it. What is found is printed once for each place in the code, with the
command line and the files (or the network) that lead there; then the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from itertools import count
from random import Random
from types import FrameType
from typing import Any, NoReturn

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as start_from
from hypothesis import strategies as st

from tests.fuzz.agreement import disagreement
from tests.fuzz.mutation import change_value
from tests.fuzz.networks import documents, texts
from tests.fuzz.properties import check_network
from tests.fuzz.sorts import SORTS
from tests.fuzz.trial import Hang, check, limited

MEMORY = 4 << 30
"""The bytes that a case may need: less than what makes a computer useless."""
PACKAGE = "/cnnanalyze/"

EXAMPLES = 5
"""How many networks of a property one seed gives."""

Attempt = Callable[[int, float], Any]
"""What tries a seed, until a time of the clock; what it returns is what became of it."""
FOREVER = float("inf")


class Over(BaseException):
    """The time is over, or somebody pressed Ctrl-C; nothing that is tried catches it."""


def _check_input(name: str) -> Attempt:
    def attempt(seed: int, _: float) -> int:
        return check(SORTS[name](Random(seed))).code  # noqa: S311 - nothing is secret

    return attempt


def _drawn(test: Callable[..., None], **drawn: Any) -> Attempt:
    """Return a check of one example of a property, which a seed gives and Hypothesis shrinks."""

    def attempt(seed: int, end: float) -> None:
        failed: list[Exception] = []
        chosen = settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
        )

        def example(**found: Any) -> None:  # a new one: Hypothesis keeps the seed of a function
            if time.monotonic() > end:  # perhaps while it shrinks what has failed
                raise failed[-1] if failed else Over
            try:
                with limited():
                    test(**found)
            except Hang as error:
                error.add_note("\n".join(f"{name}: {value}" for name, value in found.items()))
                raise
            except Exception as error:
                failed.append(error)
                raise

        start_from(seed)(chosen(given(**drawn)(example)))()

    return attempt


def _agree(document: Any, seed: int) -> None:
    text = json.dumps(change_value(Random(seed), document))  # noqa: S311
    found = disagreement(text)
    assert not found, f"{found}\n{text}"


PROPERTIES: dict[str, Attempt] = {
    "networks": _drawn(check_network, text=texts()),
    "agreement": _drawn(_agree, document=documents(), seed=st.integers(0, 2**32)),
}
ATTEMPTS = {**{name: _check_input(name) for name in SORTS}, **PROPERTIES}


def place_of(error: BaseException) -> str:
    """Return what went wrong and where in the package, so that one fault is told once."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if PACKAGE in f.filename]
    if isinstance(error, AssertionError) or not frames:
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    inner = frames[-1]
    file = inner.filename.rpartition(PACKAGE)[2]
    return f"{type(error).__name__} in {file}:{inner.lineno}, {inner.name}"


def main(arguments: list[str] | None = None) -> int:
    """Try cases until the time is over; return 1 if any did not end as it must."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="for how long (1)")
    parser.add_argument("--sort", choices=ATTEMPTS, action="append", help="only this sort")
    parser.add_argument("--seed", type=int, help="try this case alone, and show it")
    parser.add_argument("--start", type=int, default=0, help="the first seed (0)")
    asked = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    names = asked.sort or list(ATTEMPTS)
    if asked.seed is not None:
        return _show(names, asked.seed)
    tried: Counter[tuple[str, str]] = Counter()
    found: Counter[str] = Counter()
    end = time.monotonic() + 60 * asked.minutes
    before = signal.signal(signal.SIGINT, _stop)
    try:
        for seed in count(asked.start):
            for name in names:
                _try(name, seed, end, tried, found)
    except Over:
        pass
    finally:
        signal.signal(signal.SIGINT, before)
    _sum_up(names, tried, found)
    return 1 if found else 0


def _stop(_: int, __: FrameType | None) -> NoReturn:
    # A command that is tried would catch an interrupt, and be blamed for how it ends.
    raise Over


def _try(
    name: str, seed: int, end: float, tried: Counter[tuple[str, str]], found: Counter[str]
) -> None:
    """Try one case, unless the time is over."""
    if time.monotonic() > end:
        raise Over
    try:
        code = ATTEMPTS[name](seed, end)
        tried[name, "passed" if code is None else f"exit {code}"] += 1
    except (Exception, SystemExit, Hang) as error:  # noqa: BLE001 - whatever it may be
        tried[name, "FAILED"] += 1
        _tell(name, seed, error, found)


def _show(names: list[str], seed: int) -> int:
    """Try one case of each sort, and print it with what becomes of it."""
    for name in names:
        if name in SORTS:
            sys.stdout.write(f"{SORTS[name](Random(seed))}\n")  # noqa: S311
        sys.stdout.write(f"{name}, seed {seed}: {ATTEMPTS[name](seed, FOREVER)}\n")
    return 0


def _tell(name: str, seed: int, error: BaseException, found: Counter[str]) -> None:
    place = place_of(error)
    found[place] += 1
    if found[place] > 1:
        return
    sys.stdout.write(f"\nFOUND {place}\n  python -m tests.fuzz --sort {name} --seed {seed}\n")
    sys.stdout.write("".join(traceback.format_exception(error, limit=-3)))
    sys.stdout.flush()


def _sum_up(names: list[str], tried: Counter[tuple[str, str]], found: Counter[str]) -> None:
    sys.stdout.write("\n")
    for name in names:
        rows = sorted((what, n) for (of, what), n in tried.items() if of == name)
        each = EXAMPLES if name in PROPERTIES else 1
        total = each * sum(n for _, n in rows)
        ends = ", ".join(f"{each * n:,} {what}" for what, n in rows)
        sys.stdout.write(f"{name:13} {total:>9,} cases: {ends}\n")
    sys.stdout.write(f"{len(found)} places found\n")
    for place, times in found.most_common():
        sys.stdout.write(f"{times:>9,} times {place}\n")


if __name__ == "__main__":
    sys.exit(main())
