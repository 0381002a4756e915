"""A command line makes only the options that it speaks of; none of them behaves otherwise."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from inspect import Parameter, signature
from typing import Annotated

import pytest
import typer

from cnnanalyze.cli import COMMANDS
from cnnanalyze.cli.command import trim


def command(name: str) -> Callable[..., None]:
    found: Callable[..., None] = getattr(import_module(f"cnnanalyze.cli.{name}"), name)
    return found


def names(function: Callable[..., None]) -> list[str]:
    return list(signature(function).parameters)


def options(function: Callable[..., None]) -> dict[str, list[str]]:
    """The names of every option as the help of the command has them, by parameter."""
    app = typer.Typer()
    app.command()(function)
    made = typer.main.get_command(app)
    return {
        p.name: [*p.opts, *p.secondary_opts] for p in made.params if p.name and p.opts[0][0] == "-"
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_every_name_of_every_option_keeps_it(name: str) -> None:
    function = command(name)
    for parameter, words in options(function).items():
        if parameter in {"install_completion", "show_completion", "help"}:
            continue
        for word in words:
            kept = names(trim(function, [name, word, "8"]))
            assert parameter in kept, f"{name} {word} loses its option"
            if word.startswith("--"):
                assert names(trim(function, [name, f"{word}=8"])) == kept


@pytest.mark.parametrize("name", COMMANDS)
def test_without_options_only_what_must_be_given_is_left(name: str) -> None:
    function = command(name)
    found = signature(trim(function, [name, "a", "-", "--", "b"]), eval_str=True).parameters
    optional = options(function)
    for parameter in signature(function).parameters.values():
        must = parameter.default is Parameter.empty or parameter.name not in optional
        assert (parameter.name in found) == must


@pytest.mark.parametrize("word", ["--help", "-h", "--formt", "-fjson", "-9"])
def test_a_word_that_is_no_option_keeps_all(word: str) -> None:
    function = command("summary")
    assert trim(function, ["summary", word]) is function


def sample(
    spec: str,
    *,
    plain: Annotated[bool, typer.Option()] = False,
    long_name: Annotated[int, typer.Option()] = 7,
    must: Annotated[int, typer.Option("--must")],
    free: str = "as it is",
) -> None:
    """Say something."""
    typer.echo(f"{spec} {plain} {long_name} {must} {free}")


def test_names_that_typer_makes_up_are_known() -> None:
    assert names(trim(sample, ["--no-plain"])) == ["spec", "plain", "must", "free"]
    assert names(trim(sample, ["--long-name", "8"])) == ["spec", "long_name", "must", "free"]


def test_what_is_left_out_has_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    trimmed = trim(sample, ["--must", "5"])
    trimmed(spec="net", must=5)
    assert capsys.readouterr().out == "net False 7 5 as it is\n"
    assert (trimmed.__name__, trimmed.__doc__) == ("sample", "Say something.")
