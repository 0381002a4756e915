"""Small changes of a file, each drawn by lot: of bytes, lines, numbers, words and trees.

Every mutator takes a source of chance and the bytes of a file, and returns other bytes. A file that
a mutator can do nothing with (no number, no tree) is returned as it is.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import yaml

from cnnanalyze.core.tree import plain
from cnnanalyze.errors import CnnError, Source
from cnnanalyze.language.yaml import read
from tests.fuzz.vocabulary import NUMBERS, TEXTS, words

Mutator = Callable[[Random, bytes], bytes]


def mutate(random: Random, data: bytes, mutators: tuple[Mutator, ...] = ()) -> bytes:
    """Change a file in one place, or in a few."""
    for _ in range(random.choice((1, 1, 1, 1, 1, 2, 3))):
        data = random.choice(mutators or MUTATORS)(random, data)
    return data


def _stretch(random: Random, size: int) -> tuple[int, int]:
    """Return where a stretch begins and ends, mostly a short one."""
    begin = random.randrange(size + 1)
    return begin, min(size, begin + random.choice((1, 1, 2, 4, 16, 256)))


# --- bytes and lines ------------------------------------------------------------------------------


def change_bytes(random: Random, data: bytes) -> bytes:
    """Leave out, repeat, replace or add a few bytes, or cut the file off."""
    begin, end = _stretch(random, len(data))
    stretch = data[begin:end]
    match random.randrange(6):
        case 0:
            stretch = b""
        case 1:
            stretch *= random.choice((2, 3, 50))
        case 2:
            stretch = bytes(random.randrange(256) for _ in stretch)
        case 3:
            stretch = random.choice(TEXTS).encode() + stretch
        case 4:
            stretch = random.choice((b"\x00", b"\xff", b"\xc3", b"\r\n", b"\xef\xbb\xbf", b"\x85"))
        case _:
            return data[:begin]
    return data[:begin] + stretch + data[end:]


def change_lines(random: Random, data: bytes) -> bytes:
    """Leave out, repeat, swap, indent or join lines."""
    lines = data.split(b"\n")
    here, there = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(6):
        case 0:
            del lines[here]
        case 1:
            lines[there:there] = [lines[here]] * random.choice((1, 1, 2, 40))
        case 2:
            lines[here], lines[there] = lines[there], lines[here]
        case 3:
            lines[here] = random.choice((b"  ", b" ", b"\t", b"- ", b"# ")) + lines[here]
        case 4:
            lines[here] = lines[here].lstrip()
        case _:
            lines[here : here + 2] = [b" ".join(lines[here : here + 2])]
    return b"\n".join(lines)


# --- numbers and words ----------------------------------------------------------------------------

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_WORD = re.compile(rb"[A-Za-z_][\w.-]*")


def change_number(random: Random, data: bytes) -> bytes:
    """Replace a number by a neighbour, or by one that is known to make trouble."""
    found = list(_NUMBER.finditer(data))
    if not found:
        return data
    place = random.choice(found)
    if random.randrange(2):
        new = random.choice(NUMBERS).encode()
    else:
        near = float(place[0][:15]) + random.choice((-1, 1, 1, 2, 0.5))
        new = f"{near:.15g}".encode()
    return data[: place.start()] + new + data[place.end() :]


def change_word(random: Random, data: bytes) -> bytes:
    """Replace a word by another of the file, by one that such files know, or by a hostile text."""
    found = list(_WORD.finditer(data))
    if not found:
        return data
    place = random.choice(found)
    match random.randrange(4):
        case 0:
            new = random.choice(found)[0]
        case 1:
            new = random.choice(TEXTS).encode()
        case _:
            new = random.choice(words()).encode()
    return data[: place.start()] + new + data[place.end() :]


# --- trees ----------------------------------------------------------------------------------------


def change_tree(random: Random, data: bytes) -> bytes:
    """Change what is written as a tree: a value, a key, an item, a whole branch."""
    try:
        tree = plain(read(Source("tree", data.decode())))
    except (CnnError, UnicodeDecodeError):
        return data
    changed = change_value(random, tree)
    if random.randrange(2):
        return json.dumps(changed).encode()
    return yaml.safe_dump(changed, sort_keys=False, allow_unicode=True).encode()


def change_value(random: Random, tree: Any) -> Any:
    """Return a tree with one of its places changed."""
    box = [copy.deepcopy(tree)]
    places = list(_places(box))
    holder, key = random.choice(places)
    value = holder[key]
    match random.randrange(8):
        case 0 if holder is not box:
            del holder[key]
        case 1:
            holder[key] = [value] * random.choice((1, 2, 3))
        case 2:
            holder[key] = {random.choice(words()): value}
        case 3:
            other, there = random.choice(places)
            holder[key] = copy.deepcopy(other[there])
        case 4 if isinstance(holder, dict):
            holder[random.choice(words())] = value
        case 5 if isinstance(holder, dict):
            holder[random.choice((*words(), *TEXTS))] = holder.pop(key)
        case 6 if isinstance(value, dict | list):
            _insert(random, value)
        case _:
            holder[key] = leaf(random)
    return box[0]


def leaf(random: Random) -> Any:
    """Return a value that a file of ours may hold, or had better not."""
    return random.choice(
        (
            random.choice((0, 1, -1, 2, 3, 5, 0.5, 10**6, 10**12, 10**30, float("inf"))),
            random.choice((None, True, False, [], {}, [[]], [None], "")),
            random.choice(TEXTS),
            random.choice(words()),
            random.choice(NUMBERS),
        )
    )


def _insert(random: Random, value: Any) -> None:
    if isinstance(value, dict):
        value[random.choice(words())] = leaf(random)
    else:
        value.insert(random.randrange(len(value) + 1), leaf(random))


def _places(holder: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a tree: what holds it, and under which key."""
    for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
        yield holder, key
        if isinstance(holder[key], dict | list):
            yield from _places(holder[key])


TEXTUAL: tuple[Mutator, ...] = (change_bytes, change_lines, change_number, change_word)
MUTATORS: tuple[Mutator, ...] = (*TEXTUAL, change_number, change_word, change_tree, change_tree)
