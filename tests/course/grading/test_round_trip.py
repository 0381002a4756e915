"""What ``solve`` prints, in every format and notation, has full marks from ``grade``."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterator
from functools import cache
from io import StringIO
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnnanalyze.course.explanations.notation import NOTATIONS
from cnnanalyze.course.grading.answers import read_papers
from cnnanalyze.course.grading.grade import GradedPaper, grade
from cnnanalyze.course.sheets.question_data import question_data
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.course.sheets.sheet import ONLY_ANSWER, bundled_sheets
from cnnanalyze.course.sheets.sheet_reading import load_sheet, read_sheet
from cnnanalyze.course.sheets.solve import SolvedSheet, solve
from cnnanalyze.errors import CnnError, Source
from tests.course.marking import ROOT, print_sheet

pytestmark = pytest.mark.sampled(8)

FORMATS = ("text", "markdown", "latex", "html", "json")
LECTURES = "zoo:lectures"
"""The longest sheet: it is worked out anew for each notation."""
SHEETS = (
    pytest.param(LECTURES, marks=pytest.mark.thorough),
    *(f"zoo:{name}" for name in bundled_sheets() if f"zoo:{name}" != LECTURES),
    *(str(p) for p in sorted((ROOT / "tests").rglob("*.sheet"))),
)
Answers = dict[tuple[str, str], Any]


@cache
def worked(name: str, notation: str) -> SolvedSheet:
    return solve(load_sheet(name), notation)


# --- reading back what was printed ----------------------------------------------------------------


def answers_in(sheet: SolvedSheet, format: str) -> Answers:  # noqa: A002
    """Read the answers out of a printed sheet."""
    printed = print_sheet(sheet, format, 80, brief=True)
    if format == "json":
        data = json.loads(printed)
        return {(q["id"], a["name"]): a["value"] for q in data["questions"] for a in q["answers"]}
    labels = iter(_LABELS[format](printed, sheet))
    found: Answers = {}
    for question in sheet.questions:
        for name in question.answers:
            label = next(labels)
            lead = "" if name == ONLY_ANSWER else f"{name} = "
            assert label.startswith(lead)
            found[question.question.id, name] = label.removeprefix(lead)
    assert next(labels, None) is None
    return found


def _of_text(printed: str, sheet: SolvedSheet) -> Iterator[str]:
    """Yield the answers of a text, whose long lines are broken."""
    place = 0
    flat = " ".join(printed.split()) + " "
    for question in sheet.questions:
        for solved in question.answers.values():
            said = (
                solved.answer_text
                if solved.request.name == ONLY_ANSWER
                else f"{solved.request.name} = {solved.answer_text}"
            )
            place = flat.index(f" {said} ", place)
            yield flat[place : place + len(said) + 1].strip()


def _titles_of_data(sheet: SolvedSheet) -> set[str]:
    """Return what stands above matrices and networks."""
    givens = chain.from_iterable(
        chain(data.common, *data.own.values()) for data in map(question_data, sheet.questions)
    )
    return {t for g in givens for t in (g.word, f"{g.word} ({g.text})")}


def _of_markdown(printed: str, sheet: SolvedSheet) -> Iterator[str]:
    for found in re.findall(r"^\*\*(.+)\*\*$", printed, re.MULTILINE):
        text = html.unescape(re.sub(r"\\(.)", r"\1", found))
        if text not in _titles_of_data(sheet):
            yield text


_LATEX = {
    r"\textbackslash{}": "\\", r"\&": "&", r"\%": "%", r"\$": "$", r"\#": "#", r"\_": "_",
    r"\{": "{", r"\}": "}", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^",
    r"$\times$": "×", r"\textless{}": "<", r"\textgreater{}": ">",
}  # fmt: skip


def _of_latex(printed: str, sheet: SolvedSheet) -> Iterator[str]:
    for found in re.findall(r"^\\textbf\{(.*)\}$", printed, re.MULTILINE):
        text = found
        for written, meant in _LATEX.items():
            text = text.replace(written, meant)
        if text not in _titles_of_data(sheet):
            yield text


def _of_html(printed: str, sheet: SolvedSheet) -> Iterator[str]:
    for found in re.findall(r"<section>\n<p><strong>(.*?)</strong></p>\n", printed):
        text = html.unescape(re.sub(r"<[^>]*>", "", found))
        if text not in _titles_of_data(sheet):
            yield text


_LABELS = {"text": _of_text, "markdown": _of_markdown, "latex": _of_latex, "html": _of_html}


# --- handing it in --------------------------------------------------------------------------------


def as_json(answers: Answers) -> str:
    data: dict[str, dict[str, Any]] = {}
    for (question, name), value in answers.items():
        data.setdefault(question, {})[name] = value
    return json.dumps(data)


def as_yaml(answers: Answers) -> str:
    lines: list[str] = []
    for question in dict.fromkeys(q for q, _ in answers):
        lines.append(f"{json.dumps(question)}:")
        lines += [
            f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
            for (q, name), value in answers.items()
            if q == question
        ]
    return "\n".join(lines) + "\n"


def as_csv(answers: Answers) -> str:
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(["question", "Ann"])
    rows.writerows(
        [
            q if name == ONLY_ANSWER else f"{q}.{name}",
            value if isinstance(value, str) else json.dumps(value),
        ]
        for (q, name), value in answers.items()
    )
    return out.getvalue()


HANDED_IN = {"x.json": as_json, "x.yaml": as_yaml, "x.csv": as_csv}


def graded(sheet: SolvedSheet, answers: Answers, file: str) -> GradedPaper:
    (paper,) = grade(sheet, read_papers(HANDED_IN[file](answers), file)).papers
    return paper


def assert_full_marks(sheet: SolvedSheet, format: str, file: str = "x.json") -> None:  # noqa: A002
    paper = graded(sheet, answers_in(sheet, format), file)
    lost = [(m.label, m.given, m.outcome, m.expected, m.remarks) for m in paper.marks]
    assert [one for one in lost if one[2] != "right"] == []
    assert paper.points == paper.most
    assert paper.remarks == ()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("sheet", SHEETS)
def test_sheet_has_full_marks_from_what_is_printed(sheet: str, notation: str, format: str) -> None:  # noqa: A002
    assert_full_marks(worked(sheet, notation), format)


def test_the_lectures_have_full_marks_from_what_is_printed() -> None:
    assert_full_marks(worked(LECTURES, ""), "text")


@pytest.mark.parametrize("file", HANDED_IN)
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("sheet", SHEETS)
def test_sheet_has_full_marks_in_every_kind_of_file(sheet: str, format: str, file: str) -> None:  # noqa: A002
    assert_full_marks(worked(sheet, ""), format, file)


# --- questions that are made up -------------------------------------------------------------------

small = st.integers(1, 9)
numbers = st.one_of(
    st.integers(-9, 9),
    st.integers(-30_000, 30_000),
    st.decimals(-99, 99, places=2).map(float),
)
moderate = st.one_of(st.integers(-9, 9), st.decimals(-9, 9, places=3).map(float))


def section(**words: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=words)


def lists(of: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[list[Any]]:
    return st.lists(of, min_size=least, max_size=5)


@st.composite
def matrices(draw: st.DrawFn, rows: int, columns: int) -> list[list[Any]]:
    return [[draw(numbers) for _ in range(columns)] for _ in range(rows)]


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    found = {"n": draw(st.integers(9, 300)), "f": draw(small)}
    return found | draw(section(s=small, p=st.integers(0, 4), d=st.integers(1, 1)))


@st.composite
def convolutions(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {
        "image": draw(matrices(draw(st.integers(3, 5)), draw(st.integers(3, 5)))),
        "kernel": draw(matrices(draw(st.integers(1, 3)), draw(st.integers(1, 3)))),
    }
    return found | draw(section(stride=st.integers(1, 2), padding=st.integers(0, 1), bias=numbers))


@st.composite
def poolings(draw: st.DrawFn) -> dict[str, Any]:
    image = draw(matrices(draw(st.integers(3, 5)), draw(st.integers(3, 5))))
    kind = st.sampled_from(["max", "average", "sum"])
    return {"image": image} | draw(section(kind=kind, stride=st.integers(1, 2)))


@st.composite
def losses(draw: st.DrawFn) -> dict[str, Any]:
    chances = draw(lists(st.integers(1, 99).map(lambda n: n / 100), 2))
    place = draw(st.integers(0, len(chances) - 1))
    return {"prediction": chances, "label": [int(n == place) for n in range(len(chances))]}


@st.composite
def activations(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(["relu", "leaky_relu", "relu6", "sigmoid", "tanh", "elu"]))
    return {"function": name, "values": draw(lists(moderate))}


@st.composite
def attentions(draw: st.DrawFn) -> dict[str, Any]:
    wide, deep, many = (draw(st.integers(1, 3)) for _ in range(3))

    def rows(count: int, width: int) -> list[list[Any]]:
        return [draw(st.lists(few, min_size=width, max_size=width)) for _ in range(count)]

    few = st.integers(-3, 3)
    found: dict[str, Any] = {"queries": rows(draw(st.integers(1, 3)), wide)}
    found |= {"keys": rows(many, wide), "values": rows(many, deep)}
    return found | draw(section(scaled=st.booleans(), causal=st.booleans()))


MADE: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "window": windows(),
    "convolution": convolutions(),
    "pooling": poolings(),
    "softmax": st.fixed_dictionaries({"logits": lists(moderate)}),
    "cross_entropy": losses(),
    "attention": attentions(),
    "batch_norm": st.fixed_dictionaries(
        {
            "values": lists(moderate, 2),
            "gamma": moderate,
            "beta": moderate,
            "epsilon": st.just(0.001),
        }
    ),
    "weight_decay": st.fixed_dictionaries(
        {"weights": lists(moderate), "rate": st.just(0.05), "samples": st.integers(1, 300)}
    ),
    "activation": activations(),
    "training": st.fixed_dictionaries(
        {"samples": st.integers(1000, 90_000), "batch": st.integers(1, 300), "epochs": small}
    ),
    "transfer": st.fixed_dictionaries({"labels_per_class": st.integers(1, 9000)}),
}
OF_LAYER = (
    "output", "parameters", "weights", "biases", "stored", "trainable", "activations", "macs",
    "flops", "doubled_macs", "exact_operations", "operations_per_output", "receptive_field",
    "jump", "centre", "padding", "weight_memory", "dense", "dense_ratio",
    "separable", "separable_ratio",
)  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a question about given numbers, with everything that can be found."""
    topic = draw(st.sampled_from(sorted(MADE)))
    known = [q for q in TOPICS[topic].quantities if q != "smallest_input"]
    return {topic: draw(MADE[topic]), "ask": {q: q for q in draw(some(known))}}


def some(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True)


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a question about a small network, with everything that can be found."""
    sizes = f"{draw(st.integers(11, 40))}x{draw(st.integers(11, 40))}x{draw(st.integers(1, 5))}"
    conv = {"filters": draw(small), "kernel": draw(st.integers(1, 5))}
    conv |= draw(section(stride=st.integers(1, 3), padding=st.sampled_from([0, 1, "same"])))
    layers = [{"conv": conv, "as": "c"}, {"maxpool": 2, "as": "p"}, {"dense": 37, "as": "fc"}]
    wanted = [q for q in OF_LAYER if "separable" not in q or conv["kernel"] > 1]
    request: dict[str, Any] = {f"c_{q}": {"find": q, "layer": "c"} for q in wanted}
    request |= {f"fc_{q}": {"find": q, "layer": "fc"} for q in ("output", "parameters", "macs")}
    request |= {
        f"all_{q}": {"find": q, "layer": ["c", "p", "fc"]} for q in ("output", "weight_memory")
    }
    request |= {"all": "parameters", "memory": "memory", "bytes": "weight_memory"}
    request |= {"share": {"share": ["c_weights", "all"]}, "ratio": {"ratio": ["all", "c_weights"]}}
    request |= {"kib": {"find": "weight_memory", "units": "KiB"}}
    request |= {"millions": {"find": "parameters", "units": "M", "decimals": 4}}
    request |= {"percent": {"ratio": ["c_weights", "all"], "units": "%", "decimals": 1}}
    bases = {"share": ["c_weights", "all"], "ratio": ["all", "c_weights"]}
    bases["percent"] = bases["ratio"]
    chosen = dict.fromkeys(b for a in draw(some(list(request))) for b in (*bases.get(a, ()), a))
    return {"input": sizes, "layers": layers, "ask": {a: request[a] for a in chosen}}


def sheet_of(question: dict[str, Any], notation: str, **header: Any) -> SolvedSheet | None:
    """Return a sheet of one question; nothing if a quantity has no value there."""
    known = dict(question["ask"])
    while known:
        data = {"sheet": 1, **header, "questions": [{**question, "id": "A", "ask": known}]}
        try:
            return solve(read_sheet(Source("here", json.dumps(data))), notation)
        except CnnError as error:
            places = [f.mark.column for f in error.faults if f.mark]
            text = json.dumps(data)
            wrong = [k for k in known if any(_spans(text, k, known[k], place) for place in places)]
            if not wrong:
                return None
            for name in wrong:
                del known[name]
    return None


def _spans(text: str, name: str, request: Any, column: int) -> bool:
    written = f"{json.dumps(name)}: {json.dumps(request)}"
    start = text.find(written)
    return start < column <= start + len(written)


MANNERS = st.fixed_dictionaries(
    {}, optional={"decimals": st.integers(0, 6), "units": st.sampled_from(["KiB", "MB", "kB"])}
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@example({"softmax": {"logits": [1, 2, 3]}, "ask": {"p": "probabilities"}}, "plain", {}, "json")
@example({"window": {"n": 7, "f": 3, "s": 3}, "ask": {"x": "unrounded"}}, "cs231n", {}, "text")
@example({"window": {"n": 32, "f": 4}, "ask": {"x": "keeping_padding"}}, "bologna", {}, "json")
@given(
    st.one_of(questions(), networks()),
    st.sampled_from(sorted(NOTATIONS)),
    MANNERS,
    st.sampled_from(FORMATS),
)
def test_made_question_has_full_marks_from_what_is_printed(
    question: dict[str, Any],
    notation: str,
    answer_format: dict[str, Any],
    format: str,  # noqa: A002
) -> None:
    sheet = sheet_of(question, notation, **answer_format)
    if sheet is not None:
        assert_full_marks(sheet, format)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.one_of(questions(), networks()), st.integers(1, 40))
def test_whole_number_beside_the_right_one_is_never_right(
    question: dict[str, Any], off: int
) -> None:
    sheet = sheet_of(question, "plain", tolerance=0.05)
    if sheet is None:
        return
    for name, solved in sheet["A"].answers.items():
        value = solved.solution.value
        if (
            isinstance(value, int)
            and not isinstance(value, bool)
            and solved.request.answer_format.units == ()
        ):
            for wrong in (value + off, value - off):
                (mark,) = (m for m in graded(sheet, {("A", name): str(wrong)}, "x.json").marks
                           if m.name == name)  # fmt: skip
                assert mark.outcome != "right"
