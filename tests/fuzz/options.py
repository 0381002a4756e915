"""Command lines by lot: the options that a command has, with values that fit or do not."""

from __future__ import annotations

from functools import cache
from random import Random

from tests.cli.options import Option
from tests.cli.options import options_of as known_options
from tests.fuzz.vocabulary import NUMBERS, TEXTS, words

GOOD: dict[str, tuple[str, ...]] = {
    "format": ("text", "json", "csv", "markdown", "latex", "table", "html", "sarif", "github"),
    "columns": ("name,output", "share", "name,parameters,macs", "all"),
    "sort": ("macs", "parameters", "name"),
    "depth": ("1", "2", "9"),
    "batch": ("1", "32"),
    "convention": ("keras", "thop", "fvcore", "torchinfo"),
    "layout": ("hwc", "chw"),
    "settings": ("width=7", "depths=[3]", "act=tanh", "wide=false"),
    "select": ("CV", "CV003", "ALL", "even-kernel"),
    "kernel": ("sobel-x", "[[1, 0], [0, 1]]", "1"),
    "image": ("[[1, 2], [3, 4]]", "1 2; 3 4"),
    "notation": ("ng", "cs231n", "bologna", "keras", "pytorch", "plain"),
    "lines": ("3", "7"),
    "stride": ("2", "2,1"),
    "padding": ("same", "1"),
    "apply": ("relu", "softmax", "batchnorm"),
}
"""Values that fit, by the name of the parameter."""
ENDLESS = frozenset({"watch"})
"""Options with which a command waits for its user."""
TO_FILES = ("out.txt", "out.html", "out.json", "out.svg", "nosuch/out.txt", ".", "net.yaml/x")
"""What may be written: nothing outside the folder of a case."""
SPECS = ("net.yaml", "zoo:lenet5", ".", "nosuch.yaml", "zoo:nosuch", "-", "*.yaml", "")
POSITIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "grade": (("a.sheet", "zoo:first_course", "net.yaml"), ("a.json", "a.sheet", ".", "-")),
    "solve": (("a.sheet", "zoo:first_course", "net.yaml", "-"),),
    "convolve": (("image.csv", "net.yaml", "nosuch.png"),),
    "explain": (SPECS, ("parameters", "stem", "field", "nosuch", "macs", "stage1")),
    "compare": (SPECS, SPECS),
    "gallery": (("net.yaml", "zoo:lenet5", "nosuch.yaml"),),
    "rule": (("CV003", "even-kernel", "nosuch"),),
    "layers": (("conv", "nosuch", "conv2d"),),
    "zoo": (),
    "schema": (("net.yaml", "zoo:lenet5", "a.json"),),
}
"""What stands at the places of a command; specs where nothing else is said."""


@cache
def _parameters(command: str) -> dict[str, Option]:
    """Return the options of a command, by the names of its parameters."""
    return {
        option.parameter: option
        for option in known_options(command)
        if option.names and option.parameter not in ENDLESS
    }


def _value(random: Random, name: str) -> str:
    if name in {"output", "cache", "out", "folder"}:
        return random.choice(TO_FILES)
    if name in GOOD and random.randrange(2):
        return random.choice(GOOD[name])
    return random.choice((random.choice(NUMBERS), random.choice(TEXTS), random.choice(words())))


def options_of(random: Random, command: str, count: int) -> list[str]:
    """Return some options of a command with a value each, or as a flag."""
    known = _parameters(command)
    found: list[str] = []
    for name in random.sample(sorted(known), min(count, len(known))):
        word = random.choice(known[name].names)
        if not known[name].values:
            found.append(word)
        elif known[name].values > 1:
            found += [word, *(_value(random, name) for _ in range(known[name].values))]
        else:
            value = _value(random, name)
            found += [f"{word}={value}"] if word.startswith("--") else [word, value]
    return found


def command_line(random: Random, command: str) -> list[str]:
    """Return a command line: mostly one that could be meant."""
    places = POSITIONS.get(command, (SPECS,))
    line = [command, *(random.choice(place) for place in places)]
    line += options_of(random, command, random.choice((0, 1, 1, 2, 3)))
    if not random.randrange(8):
        line.insert(random.randrange(len(line) + 1), random.choice((*TEXTS, *words())))
    return line
