"""The words that files of ours are made of, and values that are known to make trouble."""

from __future__ import annotations

from functools import cache

from cnnanalyze.core.conventions import CONVENTIONS
from cnnanalyze.course.explanations import layer_questions, network_questions
from cnnanalyze.graph.training import Training
from cnnanalyze.language.claims import VERDICTS, claimed
from cnnanalyze.language.sections import Lint
from cnnanalyze.language.step import RESERVED
from cnnanalyze.layers.base import KINDS
from cnnanalyze.report.columns import columns

NUMBERS = (
    *("0", "1", "-1", "2", "3", "7", "0.5", "-0.0", "1e3", "1e308", "-1e400", "1e-9", ".inf"),
    *(".nan", "nan", "0x10", "0o17", "1_000", "010", "100000", "1000001", "2147483648"),
    *("1000000000000", "1000000000001", "9" * 25, "9" * 400, "1/3", "1/0", "½", "٣", "12:30"),
)
TEXTS = (
    *(
        "",
        " ",
        "null",
        "~",
        "true",
        "no",
        "on",
        "=",
        "<<",
        "-",
        "--",
        "...",
        "---",
        "#",
        "&a",
        "*a",
    ),
    *(
        "!!python/name:os.system",
        "!x",
        "$",
        "${",
        "$in",
        "$in // 0",
        "${1 + 1}",
        "$(",
        "$a.b",
        "^1",
    ),
    *(
        "^0",
        "^99",
        "input",
        "a/b",
        "..",
        "*",
        "**",
        "[",
        "]",
        "{",
        "}",
        "{}",
        "[]",
        "[[]]",
        "%",
        "@x",
    ),
    *(
        "\t",
        "\x07",
        "\x1b[2J",
        "\u202e",
        "\ufeff",
        "\u2028",
        "漢字",
        "🙂",
        "é",
        "x" * 300,
        "'",
        '"',
    ),
    *("zoo:lenet5", "zoo:", "3x3", "x", "0x0x0", "1x1x1", "::error::x", "=1+1", "|", "\\", "\r"),
)

STRUCTURE = (
    *("cnn", "name", "family", "source", "about", "year", "extends", "set", "input", "params"),
    *("defaults", "blocks", "layers", "outputs", "expect", "train", "budgets", "lint", "inputs"),
    *(
        "output",
        "printed",
        "total",
        "convention",
        "set",
        "verdict",
        "reason",
        "min",
        "max",
        "dtype",
    ),
)
TABLES = (
    *(
        "sheet",
        "title",
        "questions",
        "id",
        "find",
        "window",
        "spec",
        "points",
        "tolerance",
        "units",
    ),
    *(
        "decimals",
        "notation",
        "credit",
        "question",
        "student",
        "answer",
        "answers",
        "facts",
        "fact",
    ),
    *("lecture", "networks", "network", "rows", "columns", "printed", "right", "slip", "within"),
)


@cache
def words() -> tuple[str, ...]:
    """Return every word that some file of ours may hold."""
    attributes = {name for cls in KINDS for name in cls.model_fields}
    sections = {*Training.model_fields, *Lint.model_fields}
    found = {
        *(*KINDS.words(), *attributes, *sections, *RESERVED, *STRUCTURE, *TABLES),
        *(*claimed(of_layer=True), *VERDICTS, *CONVENTIONS.names(), *layer_questions.QUESTIONS),
        *(
            *network_questions.QUESTIONS,
            *network_questions.TRAINING,
            *(c.key for c in columns().values()),
        ),
        *("valid", "same", "nearest", "bilinear", "max", "average", "chw", "hwc", "float16"),
    }
    return tuple(sorted(found))
