"""What bad input gets: the whole message, all faults in one run, and never anything but CnnError.

``bad_input/`` is the table of cases: a spec, and beside it the text that loading it must give.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.core.diagnostics import MOST
from cnnanalyze.core.garbage import without_collection
from cnnanalyze.errors import Source
from cnnanalyze.graph.node import Node
from cnnanalyze.language.build import attempt
from cnnanalyze.language.truncation import UNCERTAIN

CASES = Path(__file__).parent / "bad_input"
LONG = {"repeat_in_repeat"}
"""Cases that go through all the steps that a spec may have."""
SPECS = Path(__file__).parents[2] / "specs"
READ_AGAIN = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.thorough] * (path.stem in LONG))
    for path in sorted(CASES.glob("*.yaml"))
]
"""Every case; those that are long to read are thorough where a test reads them again and again."""
ZOO = [p for p in sorted(SPECS.glob("*.yaml")) if "extends:" not in p.read_text("utf-8")]


@pytest.mark.parametrize("case", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_whole_message(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    with pytest.raises(cnn.CnnError) as caught:
        cnn.load(case.name)
    assert f"{caught.value}\n" == case.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", READ_AGAIN)
def test_faults_come_sorted_and_once_for_each_place(case: Path) -> None:
    with pytest.raises(cnn.CnnError) as caught:
        cnn.load(case)
    places = [(f.mark.line, f.mark.column) for f in caught.value.faults if f.mark]
    assert places == sorted(set(places))


def test_every_case_has_its_text() -> None:
    assert {p.stem for p in CASES.glob("*.yaml")} == {p.stem for p in CASES.glob("*.txt")}


WITHOUT_END = {"a_word", "empty", "not_a_mapping", "only_comments", "syntax"}
"""Texts to which nothing can be added in which a key is written twice."""


@pytest.mark.parametrize("case", READ_AGAIN)
def test_a_key_that_is_written_twice_hides_nothing_else(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the key says has no bearing on the rest: each other fault is there as before."""
    if case.stem in WITHOUT_END:
        pytest.skip("nothing can be added to this text")
    for path in CASES.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    before = faults_of(case.name)
    with Path(case.name).open("a", encoding="utf-8") as text:
        text.write("\nfamily: one\nfamily: other\n")
    lines = Path(case.name).read_text(encoding="utf-8").count("\n")
    twice = ((lines, 1), f"duplicate key 'family'; first in line {lines - 1}")
    assert faults_of(case.name) == sorted([*before, twice])


BREAKS = ("]: {", "- a: b: c", "\t- relu", "'open", "[relu", "{relu: ", "relu", "- relu: 'a' b")
"""Lines that end, in most places, what can be read."""


@pytest.mark.parametrize("case", READ_AGAIN)
def test_what_stands_before_a_break_is_told(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, but for what a later line may mend, or nothing where that cannot be told."""
    for path in CASES.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    before = coded(case.name)
    lines = case.read_text("utf-8").split("\n")
    sections = [n for n, line in enumerate(lines, 1) if line[:1].isalpha()]
    with Path(case.name).open("a", encoding="utf-8") as text:
        text.write("\n]: {\n")
    after = coded(case.name)
    others = [found for found in after if not found[2].startswith("invalid YAML")]
    assert len(after) == len(others) + 1
    if case.stem in NOT_FOLLOWED:
        assert not others
        return
    told = [found for found in before if found[0] not in UNCERTAIN]
    if case.stem in BROKEN_OFF:  # the last section, which may go on
        told = [found for found in told if found[1][0] < sections[-1]]
    assert others == told


NOT_FOLLOWED = {
    *("a_word", "empty", "header", "header_missing", "not_a_mapping", "only_comments", "syntax"),
    *("extends_itself", "extends_nonsense", "extends_outside"),
}
"""Cases of which nobody can say what they would be without the break."""
BROKEN_OFF = {"claims", "sections"}
"""Cases that end with another section than the layers."""


def coded(name: str) -> list[tuple[str, tuple[int, int], str]]:
    with pytest.raises(cnn.CnnError) as caught:
        cnn.load(name)
    return [
        (f.code, (f.mark.line, f.mark.column) if f.mark else (0, 0), f.message)
        for f in caught.value.faults
    ]


def test_braces_that_are_not_closed_are_the_only_fault() -> None:
    """The lines that they swallow have keys of one name, and lists for keys."""
    path = next(p for p in ZOO if p.stem == "resnet50")
    lines = path.read_text(encoding="utf-8").split("\n")
    text = "\n".join([*lines[:20], "{relu: ", *lines[20:]])
    (fault,) = attempt(Source("net.yaml", text)).faults
    assert fault.message == "invalid YAML: a mapping that is not closed"


@given(st.data())
@settings(max_examples=300)
@pytest.mark.thorough
def test_a_break_in_a_good_spec_is_the_only_fault(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(ZOO))
    lines = path.read_text(encoding="utf-8").split("\n")
    at = data.draw(st.integers(1, len(lines)))
    word = data.draw(st.sampled_from(BREAKS))
    indent = data.draw(st.sampled_from(["", "  ", "- ", "  - "]))
    text = "\n".join([*lines[:at], indent + word, *lines[at:]])
    faults = attempt(Source("net.yaml", text)).faults
    if any(fault.message.startswith("invalid YAML") for fault in faults):
        assert len(faults) == 1, "\n".join(map(str, faults))


def faults_of(name: str) -> list[tuple[tuple[int, int], str]]:
    with pytest.raises(cnn.CnnError) as caught:
        cnn.load(name)
    places = [f.mark.position if f.mark else None for f in caught.value.faults]
    return [(at or (0, 0), f.message) for at, f in zip(places, caught.value.faults, strict=True)]


# --- files that are no specs ---------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(cnn.CnnError) as caught:
        cnn.load(path)
    return str(caught.value).replace(str(path), path.name)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"",
            (
                "error: net.yaml is empty\n"
                "  help: a spec begins with 'cnn: 1' and has 'input' and 'layers'"
            ),
        ),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0",
            "error: net.yaml is a binary file: byte 9 is zero\n  help: only text can be read here",
        ),
        (
            "cnn: 1\nname: Lösung".encode("latin-1"),
            (
                "error: net.yaml is not UTF-8: byte 15 (line 2) is 0xf6\n"
                "  help: save the file with the encoding UTF-8"
            ),
        ),
        (
            b"a: b\n" * 2_000_000,
            (
                "error: net.yaml is larger than 2,000,000 bytes, the bound on the size of a spec\n"
                "  help: write repeated layers with 'repeat', 'for' or blocks"
            ),
        ),
    ],
    ids=["empty", "binary", "latin-1", "10 MB"],
)
def test_files_that_are_no_texts(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_bytes(data)
    assert refusal(path) == message


def test_files_that_are_none(tmp_path: Path) -> None:
    assert refusal(tmp_path / "net.yaml") == "error: there is no file net.yaml"
    assert refusal(tmp_path).endswith(
        " is a folder, not a spec file\n  help: name a file, such as net.yaml; '-' reads from stdin"
    )


def test_an_alias_bomb(tmp_path: Path) -> None:
    lines = ["cnn: 1", "input: 5x5x1", "a0: &a0 [relu, relu]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    path = tmp_path / "net.yaml"
    path.write_text("\n".join([*lines, "layers: *a11"]), encoding="utf-8")
    assert "with its aliases the spec has more than 300,000 nodes, the bound" in refusal(path)


def test_many_faults_are_cut() -> None:
    with pytest.raises(cnn.CnnError) as caught:
        cnn.loads("cnn: 1\ninput: 5x5x1\nlayers:\n" + "  - covn\n" * 70)
    assert len(caught.value.faults) == MOST + 1
    assert str(caught.value).endswith("error: 20 more errors are not shown")


# --- anything else -------------------------------------------------------------------------------

EVERYTHING = """\
cnn: 1
name: everything
year: 1998
input: ${size}x${size + 6}x3
params: {size: 31, widths: [5, 7], act: relu, off: false}
defaults: {conv: {kernel: 3, padding: same}}
blocks:
  cell:
    inputs: [h, p]
    params: {f: , k: 3, wide: $f * 2}
    defaults: {conv: {bias: false}}
    output: out
    layers:
      - {conv: {filters: $f, kernel: $k}, as: a}
      - {conv: $wide, from: p, as: b}
      - {concat: , from: [^1, a], as: out}
  head: [{gap: }, {dense: 10, as: fc}, $act]
layers:
  - {conv: {filters: 5, kernel: [3, 5]}, as: stem, weights: {kernel: 1, bias: [1, 2, 3, 4, 5]}}
  - {relu: , when: $in == 5, else: tanh}
  - {cell: {f: 7}, from: [^1, stem], as: c$index, repeat: 3}
  - for: {f: $widths, n: [1, 2]}
    as: stage
    frozen: $index < 2
    do:
      - {conv: $f, repeat: $n}
      - add: [[{conv: $in, as: side}, bn], {maxpool: {kernel: 3, stride: 1, padding: 1}}, []]
  - {conv: 7, as: one}
  - {conv: 7, share: one}
  - {head: , as: top}
outputs: [top, stage1]
expect:
  - {source: nobody, total: {parameters: {printed: 3M, verdict: wrong, reason: none}}}
  - {source: nobody, set: {size: 37}, layers: {stem: {output: 37x43x5}}}
train: {samples: 1000, batch: 32, optimizer: adam}
budgets: {parameters: 5M, memory: 20MB}
lint: {select: [a], severity: {b: info}}
"""


def test_the_spec_that_is_mutilated_is_right() -> None:
    net = cnn.loads(EVERYTHING)
    assert net.outputs == ("top/relu1", "stage1/add1")
    assert cnn.verify(net).is_balanced


GOOD = [EVERYTHING, *(p.read_text(encoding="utf-8") for p in sorted(SPECS.glob("*.yaml")))]
HOSTILE = [
    *("0", "-1", "1.5", "1000000000", "99999999999999999999999999999", "1e400", ".nan", "-.inf"),
    *(
        "true",
        "~",
        "''",
        "no",
        "word",
        "input",
        "relu",
        "cell",
        "conv",
        "für",
        "日本",
        "\U0001f600",
    ),
    *("[]", "{}", "[[1, 2], [3]]", "[[[[[[1]]]]]]", "{a: {b: {c: 1}}}", "[relu, [relu]]", "[1, x]"),
    *(
        "$in",
        "$nope",
        "$",
        "${",
        "$in * 1000000000",
        "$in / 0",
        "$x.height",
        "$f ** 99",
        "$(",
        "$a[9]",
    ),
    *("^1", "^9", "^", "'^1'", "a/b", "stem", "*nowhere", "&anchor x", "!!python/name:os.system x"),
    *(
        "'\\0'",
        '"\\0"',
        '"\\x1b[31m"',
        "x" * 3000,
        "[" * 200,
        "{a: " * 60,
        "- - - x",
        "? x",
        "|",
        "#",
    ),
    *("{relu: , from: later}", "{for: {a: [1]}, do: [relu]}", "{add: []}", "sobel-x", "5x5", "0x0"),
]
WORD = re.compile(r"[^\s{}\[\],:]+")


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """Return a good spec with lines lost, doubled, moved or indented, and words replaced."""
    lines = draw(st.sampled_from(GOOD)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        n = draw(st.integers(0, len(lines) - 1))
        match draw(
            st.sampled_from(["word", "word", "word", "key", "lose", "double", "move", "indent"])
        ):
            case "word" | "key" as what:
                words = list(WORD.finditer(lines[n]))
                if words:
                    word = draw(st.sampled_from(words))
                    new = draw(st.sampled_from(HOSTILE) if what == "word" else st.text(max_size=5))
                    lines[n] = lines[n][: word.start()] + new + lines[n][word.end() :]
            case "lose" if len(lines) > 1:
                del lines[n]
            case "double":
                lines.insert(n, lines[n])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(n))
            case _:
                lines[n] = draw(st.sampled_from([" ", "  ", "\t", "- "])) + lines[n]
    return "\n".join(lines)


@settings(max_examples=max(500, settings().max_examples))
@given(text=mutilated())
@pytest.mark.thorough
def test_nothing_but_our_own_error_escapes(text: str) -> None:
    said = ""
    nodes: tuple[Node, ...] = ()
    known: set[str] = set()
    with without_collection():  # the garbage of all other tests is not what is measured
        start = time.process_time()
        try:
            net = cnn.loads(text)
            nodes, known = net.nodes, set(net.inputs)
        except cnn.CnnError as error:
            said = str(error)
        assert time.process_time() - start < 1
    assert bool(said) is not bool(nodes)
    for node in nodes:
        assert set(node.inputs) <= known
        known.add(node.id)
