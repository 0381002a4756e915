"""Commands are imported when somebody asks for them, and their help says all that they can."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from keyword import iskeyword
from typing import Any, get_args

import pytest

from cnnanalyze.cli import COMMANDS
from cnnanalyze.cli import options as option
from cnnanalyze.cli.commands import make_command, make_group
from tests.architecture.source import PACKAGE
from tests.cli.options import options_of


def words_of(text: str) -> str:
    """Return what a help text says, without frames, columns and line breaks."""
    return re.sub(r"[\s│╭╮╰╯─]+", "", text)


@pytest.fixture
def help_of(run: Any) -> Callable[[str], str]:
    def show(command: str) -> str:
        outcome = run(command, "--help", columns=1000)
        assert (outcome.code, outcome.err) == (0, "")
        text: str = outcome.out
        return text

    return show


def test_listing_commands_imports_none_of_them() -> None:
    group = make_group()
    assert group.list_commands(None) == list(COMMANDS)
    assert dict(group.commands) == {}
    assert group.get_command(None, "zoo").name == "zoo"
    assert list(group.commands) == ["zoo"]
    assert group.get_command(None, "nosuch") is None


def test_one_command_imports_no_other() -> None:
    code = (
        "import sys\n"
        "from cnnanalyze.cli import main\n"
        "main(['zoo', '--name', 'lenet5'])\n"
        "print(sorted(n for n in sys.modules if n.startswith('cnnanalyze.cli.')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for name in COMMANDS:
        assert (f"'cnnanalyze.cli.{name}'" in done.stderr) == (name == "zoo")


def test_help_of_all_commands_imports_none() -> None:
    code = (
        "import sys\n"
        "from cnnanalyze.cli import main\n"
        "main(['--help'])\n"
        "print(sorted(n for n in sys.modules if n.startswith('cnnanalyze.cli.')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for name, entry in COMMANDS.items():
        assert f"cnnanalyze.cli.{name}" not in done.stderr
        assert name in done.stdout
        assert entry.purpose.split()[0] in done.stdout


def test_every_module_of_a_command_is_in_the_list() -> None:
    texts = [path.read_text("utf-8") for path in (PACKAGE / "cli").glob("*.py")]
    said = re.compile(r'"""``cnnanalyze (\w+)``')
    named = {found[1] for text in texts if (found := said.match(text))}
    assert named == set(COMMANDS), "COMMANDS in cnnanalyze/cli/commands.py lacks or invents some"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_examples(name: str) -> None:
    module = sys.modules[make_command(name).callback.__module__]
    examples = getattr(module, "EXAMPLES", ())
    assert examples, f"{module.__name__} needs EXAMPLES: lines to type, each with its purpose"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_stands_where_its_entry_says(name: str) -> None:
    command = make_command(name)
    assert command.name == name
    assert command.short_help == COMMANDS[name].purpose
    module = f"{name}_" if iskeyword(name) else name
    assert command.callback.__module__ == f"cnnanalyze.cli.{module}"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_all_that_is_written_for_it(name: str, help_of: Callable[[str], str]) -> None:
    shown = words_of(help_of(name))
    command = make_command(name)
    for parameter in command.params:
        names = (*parameter.opts, *parameter.secondary_opts)
        assert all(name in shown for name in names if name.startswith("-"))
        assert words_of(parameter.help.replace("\\[", "[")) in shown, parameter.name
    for paragraph in command.help.split("\n\n"):
        assert words_of(paragraph) in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_in_examples_of_the_command(name: str, help_of: Callable[[str], str]) -> None:
    examples = sys.modules[make_command(name).callback.__module__].EXAMPLES
    shown = help_of(name).partition("Examples")[2]
    assert examples
    for line, purpose in examples:
        assert line.split()[:2] == ["cnnanalyze", name]
        assert line in shown
        assert purpose in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_help_names_no_types_of_the_program(name: str, help_of: Callable[[str], str]) -> None:
    assert re.findall(r"<[a-z]+(?:\[.*\])?>|BOOLEAN", help_of(name)) == []


def test_switches_and_arguments_stand_in_the_help_without_a_type(run: Any) -> None:
    shown = run("lint", "--help", columns=100).out
    for line in (
        r"│ --watch +Keep running",
        r"│ --help +-h +Show this message",
        r"│ --jobs +-j +N \[x>=0\] +Processes",
        r" SPEC +Files, folders, patterns",
    ):
        assert re.search(line, shown), line
    assert re.search(r"│ --version +Print the version", run("--help").out)


def test_paragraphs_of_a_help_are_as_wide_as_the_terminal(run: Any) -> None:
    (line,) = (n for n in run("zoo", "--help", columns=200).out.splitlines() if "zoo:NAME" in n)
    assert line.strip().startswith("Every one of them")
    assert line.strip().endswith("satisfies all of them.")


def test_help_of_all_groups_the_commands(run: Any) -> None:
    outcome = run("--help", columns=100)
    panels = re.findall(r"─ (\w+) ─", outcome.out)
    assert panels == ["Options", "Networks", "Checks", "Course", "Reference"]
    for name, entry in COMMANDS.items():
        assert re.search(rf"│ {name} +{re.escape(entry.purpose)} +│", outcome.out)
    assert "cnnanalyze --install-completion" in outcome.out


def test_no_arguments_are_answered_with_the_help(run: Any) -> None:
    outcome = run()
    assert outcome.code == 2
    assert outcome.out.strip().startswith("Usage: cnnanalyze [OPTIONS] COMMAND [ARGS]...")
    assert outcome.err == ""


def test_help_has_colours_in_a_terminal_that_wants_them(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b[" not in run("zoo", "--help").out
    command = [sys.executable, "-m", "cnnanalyze", "zoo", "--help"]
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert re.search(r"\x1b\[1;36m-family\x1b\[0m", done.stdout)


@pytest.mark.parametrize("typed", ["sumary", "summry"])
def test_a_command_that_is_not_there_is_met_with_the_nearest(run: Any, typed: str) -> None:
    outcome = run(typed, "zoo:lenet5")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"No such command '{typed}'. Did you mean 'summary'?" in outcome.err


def test_a_command_like_no_other_has_no_nearest(run: Any) -> None:
    assert "No such command 'xyz'.\n" in run("xyz").err


@pytest.mark.parametrize(
    "words",
    [("--debug", "layers", "covn"), ("layers", "--debug", "covn"), ("layers", "covn", "--debug")],
)
def test_debug_may_stand_anywhere(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "cnnanalyze", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_debug_of_one_command_line_is_not_that_of_the_next(run: Any) -> None:
    assert run("zoo", "--name", "lenet5", "--debug").code == 0
    assert run("layers", "covn").code == 2


# --- formats --------------------------------------------------------------------------------------


def formats() -> dict[str, tuple[Any, tuple[str, ...]]]:
    """Return what each option lists, and what the writers of its commands know."""
    from cnnanalyze.report.findings import FORMATS as FINDINGS
    from cnnanalyze.report.writers import known

    return {
        "summary": (option.TABLE_FORMATS, known(tables=True)),
        "zoo": (option.TABLE_FORMATS, known(tables=True)),
        "layers": (option.DOCUMENT_FORMATS, known()),
        "rule": (option.DOCUMENT_FORMATS, known()),
        "explain": (option.DOCUMENT_FORMATS, known()),
        "solve": (option.DOCUMENT_FORMATS, known()),
        "convolve": (option.DOCUMENT_FORMATS, known()),
        "grade": (option.TABLE_FORMATS, known(tables=True)),
        "verify": (option.TABLE_FORMATS, known(tables=True)),
        "lint": (option.FindingFormat, tuple(FINDINGS)),
        "check": (option.FindingFormat, tuple(FINDINGS)),
    }


@pytest.mark.parametrize("command", formats())
def test_the_formats_of_an_option_are_those_that_can_be_written(command: str) -> None:
    listed, written = formats()[command]
    names = get_args(listed) or listed
    assert names[0] == written[0]  # the usual one
    assert set(names) == set(written)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_names_the_formats(name: str, help_of: Callable[[str], str]) -> None:
    if "--format" in {word for o in options_of(name) for word in o.names}:
        known = {"compare": option.DOCUMENT_FORMATS}.get(name)
        shown = re.search(r"--format +-f +([a-z|]+)", help_of(name))
        assert shown is not None
        assert known is None or shown[1] == "|".join(known)


def test_an_empty_format_is_none(run: Any) -> None:
    outcome = run("zoo", "--format", "")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: there is no format ''")
