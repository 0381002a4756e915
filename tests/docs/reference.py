"""The reference pages that are made from the program: ``python -m tests.docs.reference --write``.

They are committed, so that they can be read in the repository as well, and a test holds that they
are current. Two others, of commands and of messages, are made while the site is built.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any

import cnnanalyze.layers  # noqa: F401 - fills the registry
from cnnanalyze.core.section import WRITTEN
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.course.written_answers.units import NAMED
from cnnanalyze.layers.base import KINDS
from cnnanalyze.report import layer_reference
from cnnanalyze.report.findings import rule_reference
from cnnanalyze.report.writers import render
from cnnanalyze.schemas import SCHEMAS, file_of, schema_of

DOCS = Path(__file__).parent.parent.parent / "docs"
WRITTEN_BY = "python -m tests.docs.reference --write"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    r"""Return a table in Markdown; a sign that would end a cell is written otherwise.

    Inside of code a backslash would be seen, so there it is a character of HTML.

    Examples
    --------
    >>> print(table(["key"], [["a|b and `a|b`"]]).splitlines()[-1])
    | a\|b and <code>a&#124;b</code> |
    """
    lines = [tuple(heads)]
    lines.append(("---",) * len(lines[0]))
    lines += [tuple(map(_cell, row)) for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    parts = re.split(r"(`[^`]*\|[^`]*`)", text.replace("\n", " "))
    parts[1::2] = [
        f"<code>{escape(part.strip('`'), quote=False).replace('|', '&#124;')}</code>"
        for part in parts[1::2]
    ]
    parts[::2] = [part.replace("|", "\\|") for part in parts[::2]]
    return "".join(parts)


def page(title: str, *parts: str) -> str:
    """Return a page of a title and paragraphs, tables or sections."""
    return "\n\n".join([f"# {title}", *(part.rstrip("\n") for part in parts if part)]) + "\n"


# --- layer kinds and rules ------------------------------------------------------------------------


def layer_pages() -> dict[str, str]:
    """Return the pages of the layer kinds: a list of all, and one for each family."""
    found, rows = {}, []
    for family, everyone in layer_reference.families().items():
        kinds = [cls for cls in everyone if "." not in cls.kind]  # others are of other packages
        if not kinds:
            continue
        title = layer_reference.TITLES.get(family, family)
        found[f"reference/layers/{family}.md"] = page(
            title,
            *(render(layer_reference.explained(cls, 2), "markdown") for cls in kinds),
        )
        for cls in kinds:
            first = (cls.__doc__ or "").strip().splitlines()[0].replace("``", "`")
            others = ", ".join(f"`{alias}`" for alias in cls.aliases)
            rows.append((f"[`{cls.kind}`]({family}.md#{cls.kind})", others, title, first))
    about = (
        f"The {len(rows)} kinds of layers that a spec can use. `cnnanalyze layers KIND` prints one "
        "of them. Every figure of the worked examples was printed by the source that it names; the "
        "computed one stands beside it."
    )
    heads = ("kind", "also written", "family", "what it does")
    found["reference/layers/index.md"] = page("Layer kinds", about, table(heads, rows))
    return found


def rule_pages() -> dict[str, str]:
    """Return the pages of the lint rules: a list of all, and one for each family."""
    found, rows = {}, []
    for title, entries in rule_reference.families().items():
        letters = entries[0].code.rstrip("0123456789")
        name = letters.lower()
        sections = [
            render(rule_reference.explained(rule_reference.find(e.code), 2), "markdown")
            for e in entries
        ]
        found[f"reference/rules/{name}.md"] = page(f"{letters}: {title.lower()}", *sections)
        rows += [
            (
                f"[{e.code}]({name}.md#{e.code.lower()}-{e.name})",
                e.name,
                e.severity,
                rule_reference.when_on(e.profiles),
            )
            for e in entries
        ]
    about = (
        "A rule has a code and a name; both may be used wherever a rule is named. "
        "`cnnanalyze rule CODE` prints one of them. Every case is a test. Rules whose severity is "
        "*error* explain what is refused; the families SP, GR and SH are the "
        "errors of specs."
    )
    heads = ("code", "name", "severity", "when")
    found["reference/rules/index.md"] = page("Lint rules", about, table(heads, rows))
    return found


# --- the keys of a spec ---------------------------------------------------------------------------


class Words:
    """Says in words what a JSON Schema lets pass."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    def of(self, schema: dict[str, Any]) -> str:
        """Return what a part of the schema lets pass, besides nothing."""
        if isinstance(types := schema.get("type"), list) and "null" in types:
            said = [name for name in types if name != "null"]
            return self.of({**schema, "type": said[0] if len(said) == 1 else said})
        if "$ref" in schema:
            return self._reference(schema["$ref"].rpartition("/")[2])
        if "const" in schema:
            return f"`{schema['const']}`"
        if "enum" in schema:
            return self._choice(schema["enum"])
        if "allOf" in schema:
            return self.of(schema["allOf"][0])
        if "anyOf" in schema and not {"properties", "additionalProperties"} & set(schema):
            parts = dict.fromkeys(self.of(part) for part in schema["anyOf"])
            return " or ".join(part for part in parts if part)
        if schema.get("pattern") == "\\$":
            return "an expression"
        return self._type(schema)

    def _choice(self, values: list[Any]) -> str:
        if len(values) > MOST_CHOICES:
            return "one of " + ", ".join(f"`{value}`" for value in values)
        return " or ".join(f"`{value}`" for value in values if value is not None)

    def _reference(self, name: str) -> str:
        words = {
            "step": "a [step](#steps)",
            "steps": "a list of [steps](#steps)",
            "block": "a [block](#blocks)",
            "claim": "a [claim](#claims)",
            "defaults": "attributes by layer kind",
            "figure": "a [figure](#figures)",
            "extents": "a shape, or a [figure](#figures)",
            "numbers": "numbers, or lists of them",
            "given": "a number, the name of a filter, or lists of them",
            "branch": "a branch",
            "train": "a mapping: [training](#training)",
            "budgets": "a mapping: [budgets](#budgets)",
            "lint": "a mapping: [lint](#lint)",
            "limits": "a table: [limits](#lintbudgets)",
            "rules": "a list of tables: [rules](#lintrule)",
            "slips": "a list of [mistakes](../guides/homework.md#the-mistakes)",
            "units": f"one or several of {', '.join(f'`{unit}`' for unit in NAMED)}",
            "credit": "a share, or a mapping: [credit](#credit)",
            "questions": "a list of [questions](#questions)",
            "find": "a quantity, or a mapping as of an answer",
            "answers": "a mapping from names to a quantity, or to a mapping as of a question",
        }
        return words[name] if name in words else self.of(self.schema["definitions"][name])

    def _type(self, schema: dict[str, Any]) -> str:
        if schema.get("type") == "object" and "propertyNames" in schema:
            values = schema.get("additionalProperties", {})
            return "a mapping from names" + (f" to {self.of(values)}" if "$ref" in values else "")
        if schema.get("type") == "object" and "properties" in schema:
            forms = [form.get("propertyNames", {}).get("enum") for form in schema.get("anyOf", ())]
            if forms and all(forms):  # keys that stand together
                return " or ".join(f"a mapping with {_listed(keys)}" for keys in forms)
            return f"a mapping with {_listed(list(schema['properties']))}"
        if schema.get("type") == "array":
            return f"a list of {_many(self.of(schema.get('items', {})))}"
        types = schema.get("type", "anything")
        if types == WRITTEN["type"]:
            return "a text"
        if types == ["number", "string"]:
            is_printed = "pattern" in schema
            return "a [figure](#figures)" if is_printed else "a number, a fraction or a percentage"
        names = [types] if isinstance(types, str) else types
        said = " or ".join(_TYPES[name] for name in names if name != "null")
        return said + (f" (at least {schema['minimum']})" if "minimum" in schema else "")


def _listed(keys: list[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _many(words: str) -> str:
    """Return the plural of what a schema is in words: ``a [step](#steps)``, ``a text``."""
    first = words.removeprefix("a ").partition(" or ")[0]
    if not words.startswith("a "):
        return words
    return re.sub(r"^(whole number|\[\w+|\w+)", r"\1s", first)


MOST_CHOICES = 12
"""The most words that are told one by one with 'or' between them."""
_TYPES = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "`true` or `false`",
    "object": "a mapping",
    "array": "a list",
    "anything": "anything",
}


PROPERTIES = ("channels", "c", "count", "size", "height", "width", "length")
_SECTIONS: dict[str, Any] = {
    key: {"$ref": f"#/definitions/{key}", "description": words}
    for key, words in (
        ("train", "how the network is trained: what iterations, updates and memory follow from"),
        ("budgets", "limits for the whole network and by layer"),
        ("lint", "which lint rules speak up for this spec"),
    )
}


def _keys(words: Words, properties: dict[str, Any], required: Iterable[str] = ()) -> str:
    rows = [
        (
            f"`{key}`" + (" (required)" if key in required else ""),
            words.of(schema),
            schema.get("description", ""),
        )
        for key, schema in properties.items()
    ]
    return table(("key", "value", "meaning"), rows)


def grammar_page() -> str:
    """Return the page with every key of a spec, made from its schema."""
    from cnnanalyze.language.expression_values import FUNCTIONS

    schema = schema_of("spec")
    words, kept, parts = Words(schema), schema["properties"], schema["definitions"]
    step = next(form for form in parts["step"]["anyOf"] if "oneOf" in form)
    rows_of = next(form for form in parts["step"]["anyOf"] if "for" in form.get("properties", {}))
    own = {key: form for key, form in step["properties"].items() if KINDS.get(key) is None}
    block = next(form for form in parts["block"]["anyOf"] if "properties" in form)
    figure = next(form for form in parts["figure"]["anyOf"] if "properties" in form)
    claim, budgets = parts["claim"]["properties"], kept["budgets"]["properties"]
    counts = [(f"`{name}`", _arity(*FUNCTIONS[name][1:])) for name in FUNCTIONS]
    return page(
        "Grammar of a spec",
        "Every key that a spec may have, made from the same JSON Schema that "
        "`cnnanalyze schema` prints for editors. What the keys mean, with examples, says "
        "[the spec language](spec_language.md). Everything that is not here is refused, at its "
        "place and with the nearest known word. Wherever a number may stand in a step, an "
        "[expression](#expressions) may stand, too.",
        "## The spec",
        "A mapping. `layers` with `input` or `inputs`, or else `extends`, must be there.",
        _keys(words, {**kept, **_SECTIONS}, schema["required"]),
        "## Steps",
        "A step is a word (`relu`), a mapping with exactly one operation, or a table. An operation "
        "is one of the [layer kinds](layers/index.md) or a block of the spec. What stands behind "
        "it are its attributes: nothing, a mapping, or a bare value for the principal one. A kind "
        "that joins takes a list of branches instead: a branch is the name of a step, a step, or a "
        "list of steps; an empty list passes its input on. These words may stand beside an "
        "operation:",
        _keys(words, own),
        "A table:",
        _keys(words, rows_of["properties"], rows_of["required"]),
        "## Blocks",
        "A list of steps, or a mapping:",
        _keys(words, block["properties"], block["required"]),
        "## Claims",
        "An entry of `expect` is what one source prints:",
        _keys(words, claim, parts["claim"]["required"]),
        "Of the whole network (`total`): "
        + ", ".join(f"`{key}`" for key in claim["total"]["properties"])
        + ". Of a layer or a block (`layers`): "
        + ", ".join(f"`{key}`" for key in claim["layers"]["additionalProperties"]["properties"])
        + ".",
        "### Figures",
        "A figure is a number as it was printed (`25.6M`, `~60 million`, `1_024`), or a mapping:",
        _keys(words, figure["properties"], figure["required"]),
        "## Training",
        _keys(words, kept["train"]["properties"], kept["train"]["required"]),
        "## Budgets",
        "A bare value is an upper limit; a mapping has `at_most`, `at_least` or both.",
        _keys(words, budgets),
        "## Lint",
        _keys(words, kept["lint"]["properties"]),
        "## Expressions",
        "A text with a `$` in it; it is read, never run. From the weakest operator to the "
        "strongest:",
        "```text\n"
        "expression  = either [ 'if' either 'else' expression ]\n"
        "either      = both { 'or' both }\n"
        "both        = negation { 'and' negation }\n"
        "negation    = [ 'not' ] comparison\n"
        "comparison  = sum { ( '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not' 'in' ) sum }\n"
        "sum         = product { ( '+' | '-' ) product }\n"
        "product     = sign { ( '*' | '/' | '//' | '%' ) sign }\n"
        "sign        = [ '-' | '+' ] power\n"
        "power       = value [ '**' sign ]\n"
        "value       = number | text | 'true' | 'false' | '$' word | call | list\n"
        "            | '(' expression ')' | value '[' expression ']' | value '.' property\n"
        "text        = a text in quotes, in which a dollar is a dollar\n"
        "call        = [ '$' ] function '(' expression { ',' expression } ')'\n"
        "list        = '[' [ expression { ',' expression } ] ']'\n"
        f"property    = {' | '.join(map(repr, PROPERTIES))}\n"
        "```",
        'In a text such as `as: "conv${index}"` an expression stands between `${` and `}`. '
        "`$in` is the number of incoming channels, `$index` counts repetitions from 1. Only "
        "steps and "
        "inputs of blocks have properties. Functions, with how many arguments they take:",
        table(("function", "arguments"), counts),
    )


def _arity(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} or more"
    return str(least) if least == most else f"{least} to {most}"


# --- other files ----------------------------------------------------------------------------------


def configuration_page() -> str:
    """Return the page with every key of a configuration, made from its schema."""
    schema = schema_of("configuration")
    words, top = Words(schema), schema["properties"]
    lint, convention = top["lint"]["properties"], top["conventions"]["additionalProperties"]
    rule, limits = lint["rule"]["items"], lint["budgets"]["properties"]
    own = {key: form for key, form in limits.items() if key in {"baseline", "allow"}}
    return page(
        "Configuration",
        "Every key of `cnnanalyze.toml`; in `pyproject.toml` the same stands under "
        "`[tool.cnnanalyze]`. Which file holds, and what goes before what, says "
        "[Check specs](../guides/lint.md#configuration). A key that nobody reads is an error, at "
        "its place.",
        "## At the top",
        _keys(words, {key: form for key, form in top.items() if form.get("type") == "array"}),
        "## lint",
        _keys(
            words,
            {
                **lint,
                "budgets": {**lint["budgets"], "properties": {}, "$ref": "#/x/limits"},
                "rule": {**lint["rule"], "$ref": "#/x/rules"},
            },
        ),
        "### lint.budgets",
        "All [budgets of a spec](grammar.md#budgets), and:",
        _keys(words, own),
        "### lint.rule",
        "A list of tables, `[[lint.rule]]`; "
        "[rules of your own](../guides/lint.md#rules-of-your-own) has an example.",
        _keys(words, rule["properties"], rule["required"]),
        "## conventions",
        "A table for each convention, `[conventions.NAME]`: "
        "[What is a FLOP?](../explanation/what_is_a_flop.md).",
        _keys(words, convention["properties"]),
    )


def sheet_page() -> str:
    """Return the page with every key of a homework sheet, made from its schema."""
    from cnnanalyze.course.sheets.questions.combination import COMBINATIONS
    from cnnanalyze.course.sheets.questions.topics import TOPICS
    from cnnanalyze.course.sheets.sheet_file import NETWORK_KEYS

    schema = schema_of("sheet")
    units = {"units": {"$ref": "#/x/units", "description": "units that an answer may have"}}
    words, top = Words(schema), {**schema["properties"], **units}
    question = {**top["questions"]["items"]["properties"], **units}
    general = {k: form for k, form in question.items() if k not in {*TOPICS, *NETWORK_KEYS}}
    credit = next(form for form in top["credit"]["anyOf"] if "properties" in form)["properties"]
    parts = []
    for name, topic in TOPICS.items():
        letters = {
            key: [letter for letter, word in topic.aliases.items() if word == key]
            for key in topic.section.model_fields
        }
        fields = question[name]["properties"]
        rows = [
            (
                ", ".join(f"`{word}`" for word in (key, *letters[key])),
                words.of(fields[key]),
                fields[key].get("description", ""),
            )
            for key in topic.section.model_fields
        ]
        found = ", ".join(f"`{key}`" for key in topic.quantities)
        parts += [f"### {name}", f"About {topic.about}. It finds {found}."]
        parts.append(table(("key", "value", "meaning"), rows))
    return page(
        "Keys of a homework sheet",
        "Every key of a `.sheet`. What they mean together, with examples, says "
        "[Homework](../guides/homework.md).",
        "## The sheet",
        _keys(
            words,
            {
                **top,
                "credit": {**top["credit"], "$ref": "#/x/credit"},
                "questions": {**top["questions"], "$ref": "#/x/questions"},
            },
            schema["required"],
        ),
        "### Credit",
        "One number is the share for one slip and for two. A mapping:",
        _keys(words, {**credit, "slips": {**credit["slips"], "$ref": "#/x/slips"}}),
        "## Questions",
        "A question is about a network or about one of the topics below; what stands in an answer "
        "changes what stands in its question.",
        _keys(
            words,
            {
                **general,
                "ask": {**general["ask"], "$ref": "#/x/answers"},
                "find": {**general["find"], "$ref": "#/x/find"},
            },
        ),
        "### Networks",
        _keys(words, {key: question[key] for key in NETWORK_KEYS}),
        "### Combinations",
        "An answer may combine others that were found before: "
        + ", ".join(f"`{word}`" for word in COMBINATIONS)
        + ", each with a list of their names.",
        "## Topics",
        *parts,
    )


# --- data -----------------------------------------------------------------------------------------


def schema_page() -> str:
    """Return the list of the JSON Schemas."""
    rows = [
        (f"[`{name}`](../schemas/{file_of(name)})", str(VERSIONS[name]), _said(name))
        for name in SCHEMAS
    ]
    return page(
        "Data",
        "Everything that cnnanalyze reads or writes as data has a JSON Schema, and its form has a "
        "version. What is written says it under `schema`; it grows only when a program that reads "
        "the old form would be misled. New keys leave it as it is, so pass over keys that you do "
        "not know. Counts are exact whole numbers for one image, sizes are height before width "
        "before channels, memory is in bytes. What cannot be counted is `null`.",
        table(("form", "version", "what it is"), rows),
        "`cnnanalyze schema --of lint` prints one of them.",
        "SARIF, JUnit and GitLab's code quality report, which `cnnanalyze lint` writes as well, "
        "are "
        "forms of others.",
    )


def _said(name: str) -> str:
    """Return what a form is, in its own words."""
    schema = schema_of(name)
    about = schema.get("description", "")
    if not about and "anyOf" in schema:
        first = schema["anyOf"][0].get("$ref", "").rpartition("/")[2]
        about = schema.get("$defs", {}).get(first, {}).get("description", "")
    return _ABOUT.get(name) or re.sub(r"'([^']+)'", r"`cnnanalyze \1`", about)


_ABOUT = {
    "spec": "A network: the [spec language](spec_language.md), key by key in its "
    "[grammar](grammar.md).",
    "configuration": "`cnnanalyze.toml`, or `[tool.cnnanalyze]` in `pyproject.toml`: "
    "[configuration](../guides/lint.md#configuration).",
    "sheet": "A [homework sheet](../guides/homework.md#a-sheet), `.sheet`.",
    "answers": "[Answers](../guides/homework.md#answers) of students as YAML or JSON.",
    "facts": "Numbers of a [lecture](lectures.md#facts-of-your-own), `.facts`.",
    "table": "Networks with the figures that somebody prints for them, `.table`.",
}

PAGES: tuple[Callable[[], dict[str, str]], ...] = (
    layer_pages,
    rule_pages,
    lambda: {"reference/grammar.md": grammar_page()},
    lambda: {"reference/configuration.md": configuration_page()},
    lambda: {"reference/sheet.md": sheet_page()},
    lambda: {"reference/data.md": schema_page()},
)


def committed() -> dict[str, str]:
    """Return the pages that are committed, by their paths in docs."""
    return {path: text for pages in PAGES for path, text in pages().items()}


if __name__ == "__main__" and "--write" in sys.argv:
    for path, text in committed().items():
        (DOCS / path).parent.mkdir(exist_ok=True)
        (DOCS / path).write_text(text, encoding="utf-8")
