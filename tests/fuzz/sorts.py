"""The sorts of inputs: each draws a good file, changes it, and draws a command that reads it."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

import yaml

from cnnanalyze.cli import COMMANDS
from tests.fuzz import good
from tests.fuzz.mutation import TEXTUAL, change_bytes, change_value, leaf, mutate
from tests.fuzz.options import command_line, options_of
from tests.fuzz.trial import Case

Sort = Callable[[Random], Case]
SORTS: dict[str, Sort] = {}
"""Every sort of input by its name."""

WIDTHS = (1, 20, 80, 100, 200)


def sort(function: Sort) -> Sort:
    """Enter a sort of inputs under the name of its function."""
    SORTS[function.__name__] = function
    return function


def _options(random: Random, command: str) -> list[str]:
    """Return options of a command that it knows, mostly none."""
    if random.randrange(3):
        return []
    return options_of(random, command, random.choice((1, 2)))


def _case(random: Random, command: str, *words: str, **files: bytes) -> Case:
    arguments = (command, *words, *_options(random, command))
    named = {name.replace("_", "."): data for name, data in files.items()}
    return Case(arguments, named, columns=random.choice(WIDTHS))


OF_SPECS = (
    *("summary", "lint", "draw", "export", "report", "audit", "budget", "schema", "verify"),
    "convolve",
)


@sort
def specs(random: Random) -> Case:
    """A spec, through every command that takes one, from a file or from stdin."""
    text = mutate(random, random.choice(good.specs()))
    command = random.choice((*OF_SPECS, "summary", "lint", "compare", "explain"))
    match command:
        case "compare":
            return _case(random, command, "net.yaml", "other.yaml", net_yaml=text,
                         other_yaml=random.choice(good.specs()))  # fmt: skip
        case "explain":
            asked = ("net.yaml", random.choice(("parameters", "conv1", "stem", "receptive_field")))
            return _case(random, command, *asked, net_yaml=text)
        case "draw" | "report":
            ending = {"draw": "svg", "report": "html"}[command]
            return _case(random, command, "net.yaml", "-o", f"out.{ending}", net_yaml=text)
        case "lint" if not random.randrange(4):
            return _case(random, command, "--fix", ".", net_yaml=text)
        case _ if not random.randrange(5) and command != "convolve":
            return _case(random, command, "-")._replace(stdin=text)
        case _:
            return _case(random, command, "net.yaml", net_yaml=text)


@sort
def answers(random: Random) -> Case:
    """What students hand in, as a table or as a tree, marked."""
    data = good.ANSWERS
    if random.randrange(2):
        data = change_value(random, data)
    match random.choice(("json", "yaml", "csv", "tsv")):
        case "json":
            name, text = "answers.json", json.dumps(data).encode()
        case "yaml":
            name = "answers.yaml"
            text = yaml.safe_dump(data, allow_unicode=True).encode()
        case ending:
            name = f"answers.{ending}"
            text = good.table_of_answers("\t" if ending == "tsv" else ",")
    if random.randrange(3):
        text = mutate(random, text)
    case = _case(random, "grade", "a.sheet", name, a_sheet=good.SHEET)
    return case._replace(files={**case.files, name: text})


@sort
def sheets(random: Random) -> Case:
    """A homework sheet, solved or used to mark answers."""
    text = mutate(random, random.choice(good.sheets()))
    if random.randrange(3):
        form = random.choice(("text", "markdown", "latex", "html", "json"))
        return _case(random, "solve", "a.sheet", "-f", form, a_sheet=text)
    given = json.dumps(good.ANSWERS).encode()
    return _case(random, "grade", "a.sheet", "a.json", a_sheet=text, a_json=given)


@sort
def facts(random: Random) -> Case:
    """The facts of a lecture, audited."""
    return _case(random, "audit", "a.facts", a_facts=mutate(random, good.FACTS))


@sort
def tables(random: Random) -> Case:
    """A table of networks, audited."""
    text = mutate(random, good.TABLE)
    return _case(random, "audit", "a.table", a_table=text, net_yaml=good.SPEC)


@sort
def configuration(random: Random) -> Case:
    """A configuration beside a spec."""
    text = mutate(random, good.CONFIGURATION, TEXTUAL)
    command = random.choice(("lint", "budget", "summary"))
    more = ("--convention", "mine") if command == "summary" else ()
    if random.randrange(3):
        case = _case(random, command, "net.yaml", *more, cnnanalyze_toml=text)
    else:
        lines = text.replace(b"[lint", b"[tool.cnnanalyze.lint")
        case = _case(random, command, "net.yaml", *more, pyproject_toml=lines)
    return case._replace(files={**case.files, "net.yaml": good.SPEC})


@sort
def targets(random: Random) -> Case:
    """A target beside a spec."""
    text = mutate(random, good.TARGET, TEXTUAL)
    words = ("net.yaml", "--target", "board.toml")
    return _case(random, "deploy", *words, board_toml=text, net_yaml=good.SPEC)


@sort
def baselines(random: Random) -> Case:
    """What a spec cost before, and what was found in it before."""
    command = random.choice(("lint", "budget"))
    text = {"lint": good.LINT_BASELINE, "budget": good.BUDGET_BASELINE}[command]
    changed = mutate(random, text)
    words = ("net.yaml", "--baseline", "known.json")
    return _case(random, command, *words, known_json=changed, net_yaml=good.SPEC)


@sort
def arrays(random: Random) -> Case:
    """A file of NumPy, convolved."""
    data = mutate(random, random.choice(good.arrays()), TEXTUAL)
    words = ("image.npy", "--kernel", random.choice(("sobel-x", "[[1]]", "[[1, 0], [0, 1]]")))
    return _case(random, "convolve", *words, image_npy=data)


@sort
def pictures(random: Random) -> Case:
    """A picture or a table of numbers, convolved."""
    files = {**good.pictures(), "csv": (b"1,2,3\n4,5,6\n7,8,9\n",)}
    ending = random.choice(sorted(files))
    data = mutate(random, random.choice(files[ending]), (change_bytes, *TEXTUAL))
    name = f"image.{ending}"
    case = _case(random, "convolve", name, "--pool", random.choice(("max", "average")), "2")
    return case._replace(files={name: data})


@sort
def models(random: Random) -> Case:
    """A file of another program, through commands that take one."""
    files = good.models()
    ending = random.choice(sorted(files))
    binary = ending in {".onnx", ".keras"}
    data = mutate(random, files[ending], (change_bytes,) if binary else (change_bytes, *TEXTUAL))
    name = f"net{ending}"
    command = random.choice(("summary", "lint", "import", "draw", "compare"))
    words = {"draw": (name, "-o", "out.svg"), "compare": (name, "zoo:lenet5")}
    case = _case(random, command, *words.get(command, (name,)))
    return case._replace(files={name: data})


@sort
def options(random: Random) -> Case:
    """A command with options whose values are drawn by lot."""
    command = random.choice(sorted(COMMANDS))
    files = {
        "net.yaml": good.SPEC,
        "a.sheet": good.SHEET,
        "a.json": json.dumps(good.ANSWERS).encode(),
        "image.csv": b"1,2,3\n4,5,6\n7,8,9\n",
    }
    words = command_line(random, command)
    stdin = str(leaf(random)).encode("utf-8", "replace")
    return Case(tuple(words), files, stdin, random.choice(WIDTHS))
