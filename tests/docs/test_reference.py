"""The pages of the reference that are made from the program: current, complete, true."""

from __future__ import annotations

import ast

import pytest

from cnnanalyze.cli import COMMANDS
from cnnanalyze.cli.commands import make_command
from cnnanalyze.core.configuration import FOLDERS
from cnnanalyze.core.section import fields_of
from cnnanalyze.core.shape import Shape
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.course.sheets.sheet_file import NETWORK_KEYS, SheetFile, WrittenQuestion
from cnnanalyze.errors import Mark, Source
from cnnanalyze.graph.node import INPUT
from cnnanalyze.language.expression import parse
from cnnanalyze.language.scope import StepOutput
from cnnanalyze.layers.base import KINDS
from cnnanalyze.linting.config import LintTable
from cnnanalyze.linting.declaration import WrittenRule
from cnnanalyze.linting.rules import entries
from cnnanalyze.schemas import SCHEMAS, schema_of
from tests.docs.commands import commands_page
from tests.docs.messages import Message, all_messages, messages, messages_page
from tests.docs.reference import DOCS, PROPERTIES, WRITTEN_BY, committed

PAGES = committed()


@pytest.mark.parametrize("path", PAGES)
def test_page_is_current(path: str) -> None:
    assert (DOCS / path).read_text("utf-8") == PAGES[path], WRITTEN_BY


def test_no_page_is_left_over() -> None:
    for folder in ("layers", "rules"):
        found = {p.relative_to(DOCS).as_posix() for p in (DOCS / "reference" / folder).iterdir()}
        assert found == {path for path in PAGES if f"/{folder}/" in path}


def test_every_kind_rule_and_form_is_there() -> None:
    layers, rules = PAGES["reference/layers/index.md"], PAGES["reference/rules/index.md"]
    assert all(f"| [`{cls.kind}`](" in layers for cls in KINDS if "." not in cls.kind)
    assert all(f"| [{entry.code}](" in rules for entry in entries().values())
    assert all(f"| [`{name}`](" in PAGES["reference/data.md"] for name in SCHEMAS)


# --- the grammar ----------------------------------------------------------------------------------

GRAMMAR = PAGES["reference/grammar.md"]


def test_every_key_of_a_spec_is_in_the_grammar() -> None:
    schema = schema_of("spec")
    keys = {*schema["properties"]}
    for section in ("train", "budgets", "lint"):
        keys |= {*schema["properties"][section]["properties"]}
    for form in schema["definitions"]["step"]["anyOf"]:
        keys |= {key for key in form.get("properties", {}) if KINDS.get(key) is None}
    for part in ("block", "claim", "figure"):
        forms = schema["definitions"][part].get("anyOf", [schema["definitions"][part]])
        for form in (schema["definitions"][part], *forms):
            keys |= {*form.get("properties", {})}
    assert {key for key in keys if f"| `{key}`" not in GRAMMAR} == set()


@pytest.mark.parametrize(("name", "least"), [("grammar", 60), ("configuration", 25), ("sheet", 60)])
def test_every_row_of_a_page_of_keys_says_something(name: str, least: int) -> None:
    page = PAGES[f"reference/{name}.md"].partition("## Expressions")[0]
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) > least
    for row in rows:
        assert all(cell.strip() for cell in row.strip("|").split(" | ")), row


def test_every_key_of_a_configuration_and_of_a_sheet_is_on_its_page() -> None:
    configuration, sheet = PAGES["reference/configuration.md"], PAGES["reference/sheet.md"]
    keys = (*FOLDERS, *fields_of(LintTable), *fields_of(WrittenRule))
    assert all(f"| `{key}`" in configuration for key in keys)
    for topic in TOPICS.values():
        assert all(f"| `{key}`" in sheet for key in topic.section.model_fields)
        assert all(f"`{key}`" in sheet for key in (*topic.aliases, *topic.quantities))
    keys = (*fields_of(SheetFile), *fields_of(WrittenQuestion), *NETWORK_KEYS)
    assert all(f"| `{key}`" in sheet for key in keys)


def test_properties_are_those_of_steps() -> None:
    found: set[str] = set()
    for shape in (Shape((3, 5), 2), Shape((7,), 2), Shape((), 2)):
        found |= {*StepOutput(INPUT, shape).attributes}
    assert found == set(PROPERTIES)


def is_read(text: str) -> bool:
    from cnnanalyze.errors import CnnError

    try:
        parse(text, Mark(Source("here", text), 1, 1))
    except CnnError:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        "$a if $b else $c if $d else 3",
        "$a or $b and not $c",
        "not $a == 3",
        "1 < $a <= 3 != 4 >= $b > -5",
        "$a in [1, 2] and $b not in [3]",
        "$a + 3 - 4 * $b / 2 // 3 % 5",
        "-$a ** -2",
        "+3.5e2",
        "$a.channels + $b.size[0]",
        "'a text' == $a",
        "true or false",
        "[[1, 2], []][0]",
        "$min(1, 2) + max($a, 3)",
        "(1 + 2) * 3",
    ],
)
def test_what_the_grammar_has_is_read(text: str) -> None:
    assert is_read(text)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "$a | $b",
        "$a << 2",
        "~$a",
        "lambda: 3",
        "{1: 2}",
        "{1}",
        "[x for x in $a]",
        "$a := 3",
        "f'{$a}'",
        "$a.channels()",
        "open('x')",
        "$a is $b",
        "$a[1:2]",
        "...",
        "None",
    ],
)
def test_what_the_grammar_does_not_have_is_refused(text: str) -> None:
    assert not is_read(text)


# --- commands and messages ------------------------------------------------------------------------


def test_every_command_and_option_is_on_the_page() -> None:
    page = commands_page()
    for name in COMMANDS:
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        options = [option for p in make_command(name).params for option in p.opts]
        assert all(option in section for option in options if option.startswith("--"))
        assert f"cnnanalyze {name}" in section


def test_messages_are_collected_from_the_source() -> None:
    text = (
        "raise UsageError(f\"there is no file '{name}'\", help='write one')\n"
        "faults.add('a spec must be a mapping', tree.mark)\n"
        "yield self.found(subject, f'{n} channels are few', node=node)\n"
        "names.add('short')\n"
        "print('a text that is no message')\n"
    )
    assert list(messages(ast.parse(text))) == [
        Message("there is no file '…'", "write one"),
        Message("a spec must be a mapping", ""),
        Message("… channels are few", ""),
    ]


def test_page_of_the_messages_has_those_that_people_meet() -> None:
    page = messages_page()
    assert sum(map(len, all_messages().values())) > 300
    for text in (
        "| `unknown parameter $…; did you mean",
        "| `this is not an expression` |",
        "'…' must be one of …",
    ):
        assert text in page
