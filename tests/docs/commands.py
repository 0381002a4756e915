"""The reference page of the commands, made from the options that the command line declares."""

from __future__ import annotations

import sys

from cnnanalyze.cli import COMMANDS
from cnnanalyze.cli.commands import make_command
from tests.docs.reference import page, table


def _section(name: str) -> str:
    found = make_command(name)
    context = found.make_context(f"cnnanalyze {name}", [], resilient_parsing=True)
    usage = found.get_usage(context).removeprefix("Usage: ")
    first, *rest = (found.help or "").strip().split("\n\n")
    options: list[tuple[str, str]] = []
    arguments: list[tuple[str, str]] = []
    for parameter in found.params:
        record = parameter.get_help_record(context)
        if record is None or "--help" in parameter.opts:
            continue
        if parameter.param_type_name == "argument":
            arguments.append(
                (f"`{parameter.metavar or parameter.name.upper()}`", _plain(record[1]))
            )
            continue
        names, _, choices = record[0].rpartition(" ") if "|" in record[0] else (record[0], "", "")
        known = ", ".join(f"`{word}`" for word in choices.strip("[]").split("|"))
        options.append((f"`{names}`", _plain(record[1]) + (f" One of {known}." if choices else "")))
    parts = [f"## {name}", _plain(first), f"```text\n{usage}\n```", *map(_plain, rest)]
    if arguments:
        parts.append(table(("argument", "meaning"), arguments))
    if options:
        parts.append(table(("option", "meaning"), options))
    examples = sys.modules[found.callback.__module__].EXAMPLES
    parts.append(table(("example", "what it is good for"), [(f"`{e}`", w) for e, w in examples]))
    return "\n\n".join(parts)


def _plain(text: str) -> str:
    """Return a help text as Markdown shows it: as it is."""
    text = " ".join(text.split()).replace("\\[", "[")  # what rich is not to take for markup
    for sign in ("\\", "*", "_", "<", "[", "]"):
        text = text.replace(sign, f"\\{sign}")
    return text


def commands_page() -> str:
    """Return the page with every command and every option."""
    return page(
        "Commands",
        "Every command with every option, as `cnnanalyze COMMAND --help` prints them. SPEC is a "
        "file, a folder, a pattern such as `'specs/res*.yaml'`, `zoo:NAME`, or `-` for stdin. "
        "`--help` explains a command, `--version` prints the version, and `--debug` anywhere "
        "shows the traceback of an error.",
        table(
            ("code", "meaning"),
            (
                ("0", "all is well"),
                ("1", "findings, failed figures, books that do not balance, wrong answers"),
                ("2", "the command could not do its work"),
                ("130", "it was interrupted"),
            ),
        ),
        table(
            ("command", "what it does"),
            ((f"[`{n}`](#{n})", e.purpose) for n, e in COMMANDS.items()),
        ),
        *(_section(name) for name in COMMANDS),
    )
