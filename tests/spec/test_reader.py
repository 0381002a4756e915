"""Reading YAML: the values of the 1.2 core schema, the place of every word, bounds, all faults."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.errors import Source, SpecError
from cnnanalyze.spec import reader
from cnnanalyze.spec.reader import DEEPEST, MOST_ALIASES, MOST_NODES, decode, open_source, read
from cnnanalyze.spec.tree import MOST_DIGITS, Mapping, Scalar, Sequence, Tree, plain


def data_of(text: str) -> Any:
    return plain(read(Source("net.yaml", text)))


def refusal(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        read(Source("net.yaml", text))
    return str(caught.value)


def scalars(tree: Tree) -> Iterator[Scalar]:
    if isinstance(tree, Scalar):
        yield tree
    elif isinstance(tree, Sequence):
        for item in tree.items:
            yield from scalars(item)
    else:
        for key, value in tree.entries:
            yield key
            yield from scalars(value)


# --- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        # YAML 1.2.2, section 10.3.2, "Core schema": the table of tag resolution and example 10.9.
        ("null", None),
        ("NULL", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("0", 0),
        ("0o7", 7),
        ("0x3A", 58),
        ("-19", -19),
        ("+12", 12),
        ("0.", 0.0),
        ("-0.0", -0.0),
        (".5", 0.5),
        ("+12e03", 12000.0),
        ("-2E+05", -200000.0),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("+.INF", math.inf),
        # What YAML 1.1 takes for something else.
        ("010", 10),
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("-0x1F", "-0x1F"),
        ("12:30:45", "12:30:45"),
        ("2001-12-14", "2001-12-14"),
        ("tRUE", "tRUE"),
        # What only looks like a number.
        (".", "."),
        ("1e", "1e"),
        ("0x", "0x"),
        ("0o8", "0o8"),
        ("\u0663", "\u0663"),
        ("5x5", "5x5"),
        # In quotes everything is a text.
        ("'5'", "5"),
        ('"true"', "true"),
        ("''", ""),
        ("! '5'", "5"),
    ],
)
def test_value_of_a_scalar(written: str, value: object) -> None:
    found = data_of(f"a: {written}")["a"]
    assert (found, type(found)) == (value, type(value))


def test_nan_is_a_number() -> None:
    assert math.isnan(data_of("a: .NaN")["a"])


def test_a_scalar_knows_whether_it_is_plain() -> None:
    tree = read(Source("net.yaml", "[relu, 'relu', \"relu\"]"))
    assert [word.plain for word in scalars(tree)] == [True, False, False]


def test_keys_are_texts_in_their_order() -> None:
    tree = read(Source("net.yaml", "{b: 1, a: 2, 3: x, true: y, ~: z}"))
    assert isinstance(tree, Mapping)
    assert tree.keys() == ("b", "a", "3", "true", "~")
    third = tree.get("3")
    assert isinstance(third, Scalar)
    assert third.value == "x"
    assert tree.get("c") is None


@pytest.mark.parametrize("digits", ["{}", "-{}", "+{}"])
def test_the_longest_whole_number_is_read(digits: str) -> None:
    written = digits.format("9" * MOST_DIGITS)
    assert data_of(f"[{written}]") == [int(written)]


ordinary = st.characters(
    exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp"), exclude_characters="\ufeff"
)
atoms = (
    st.none()
    | st.booleans()
    | st.integers(-(10**MOST_DIGITS) + 1, 10**MOST_DIGITS - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)


def nested(words: st.SearchStrategy[str], most: int = 20) -> st.SearchStrategy[Any]:
    # A merge key is refused even where it would be harmless; in quotes it is a key like any other.
    return st.recursive(
        atoms | words,
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(words, inner, max_size=5),
        max_leaves=most,
    )


@given(data=nested(st.text(ordinary, max_size=20)).filter(lambda data: data is not None))
def test_json_is_yaml(data: Any) -> None:
    assert data_of(json.dumps(data, ensure_ascii=False)) == data


@given(data=nested(st.from_regex(r"[A-Za-z_][\w ./-]{0,9}", fullmatch=True)), flow=st.booleans())
def test_reads_what_pyyaml_reads(data: Any, flow: bool) -> None:
    """Words begin with a letter: what begins with a digit or sign YAML 1.1 may read otherwise."""
    text = yaml.safe_dump([data], default_flow_style=flow, allow_unicode=True)
    assert data_of(text) == yaml.CSafeLoader(text).get_single_data() == [data]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end(line_end: str) -> None:
    text = decode(line_end.join(("a: 1", "b:", "  - 2", "")).encode(), "net.yaml")
    assert data_of(text) == {"a": 1, "b": [2]}


# --- places --------------------------------------------------------------------------------------

PLACES = """\
cnn: 1
größe: {日本: [5, "sieben"], ß: relu}  # Kommentar
layers:
  - conv: {filters: 11}
  - add:
      - [bn, relu]
"""


def test_every_word_knows_its_place() -> None:
    tree = read(Source("net.yaml", PLACES))
    found = {
        word.text: (word.mark.line, word.mark.column, word.mark.length) for word in scalars(tree)
    }
    lines = PLACES.splitlines()
    for text, (line, column, length) in found.items():
        written = lines[line - 1][column - 1 : column - 1 + length]
        assert written in {text, f'"{text}"'}
    assert found["sieben"] == (2, 17, 8)
    assert found["filters"] == (4, 12, 7)


def test_a_collection_stands_where_it_begins() -> None:
    tree = read(Source("net.yaml", PLACES))
    assert isinstance(tree, Mapping)
    layers = tree.get("layers")
    assert isinstance(layers, Sequence)
    marks = [tree.mark, layers.mark, *(item.mark for item in layers.items)]
    assert [(m.line, m.column, m.length) for m in marks] == [
        (1, 1, 1),
        (4, 3, 1),
        (4, 5, 1),
        (5, 5, 1),
    ]


def test_an_alias_keeps_the_places_of_its_anchor() -> None:
    tree = read(Source("net.yaml", "a: &x [5, 7]\nb: *x"))
    assert isinstance(tree, Mapping)
    again = tree.get("b")
    assert again is not None
    assert [(word.mark.line, word.mark.column) for word in scalars(again)] == [(1, 8), (1, 11)]


@given(data=nested(st.text(ordinary, max_size=20)))
def test_every_place_holds_what_is_read_there(data: Any) -> None:
    source = Source("net.yaml", json.dumps([data], ensure_ascii=False, indent=1))
    for word in scalars(read(source)):
        mark = word.mark
        line = source.text.split("\n")[mark.line - 1]
        assert json.loads(line[mark.column - 1 : mark.column - 1 + mark.length]) == word.value


# --- faults --------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader], ids=["C", "Python"])


@BOTH
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: 5\nb: 7\na: 11\nb: 13",
            (
                "net.yaml:3:1: error: the key 'a' is written twice; first in line 1\n"
                "  |\n3 | a: 11\n  | ^\n"
                "  help: keep one of both\n\n"
                "net.yaml:4:1: error: the key 'b' is written twice; first in line 2\n"
                "  |\n4 | b: 13\n  | ^\n"
                "  help: keep one of both"
            ),
        ),
        (
            "a: !!str 5\nb: !python/name:os.system x",
            (
                "net.yaml:1:4: error: the tag '!!str' is not allowed\n"
                "  |\n1 | a: !!str 5\n  |    ^\n"
                "  help: a spec holds plain values only\n\n"
                "net.yaml:2:4: error: the tag '!python/name:os.system' is not allowed\n"
                "  |\n2 | b: !python/name:os.system x\n  |    ^\n"
                "  help: a spec holds plain values only"
            ),
        ),
        (
            "a: &x {s: 2}\nb:\n  <<: *x",
            (
                "net.yaml:3:3: error: merge keys are not allowed\n"
                "  |\n3 |   <<: *x\n  |   ^^\n"
                "  help: share attributes with 'defaults', and steps with 'blocks'"
            ),
        ),
        (
            "[5, 7]: x",
            "net.yaml:1:1: error: a key must be a single word\n  |\n1 | [5, 7]: x\n  | ^",
        ),
        (
            "a: 5\n---\nb: 7",
            (
                "net.yaml:2:1: error: a spec is one YAML document; another begins here\n"
                "  |\n2 | ---\n  | ^\n"
                "  help: put each network into a file of its own"
            ),
        ),
        (
            "a: *x",
            (
                "net.yaml:1:4: error: there is no anchor '&x' before this alias\n"
                "  |\n1 | a: *x\n  |    ^"
            ),
        ),
        (
            "a: &x [*x]",
            (
                "net.yaml:1:8: error: there is no anchor '&x' before this alias\n"
                "  |\n1 | a: &x [*x]\n  |        ^"
            ),
        ),
        (
            f"a: -{'7' * 31}",
            (
                "net.yaml:1:4: error: a whole number may have at most 30 digits, not 31\n"
                f"  |\n1 | a: -{'7' * 31}\n  |    {'^' * 32}"
            ),
        ),
        (
            f"a: 0x{'f' * 31}",
            (
                "net.yaml:1:4: error: a whole number may have at most 30 digits, not 31\n"
                f"  |\n1 | a: 0x{'f' * 31}\n  |    {'^' * 33}"
            ),
        ),
        (
            f"a: 0o{'7' * 31}",
            (
                "net.yaml:1:4: error: a whole number may have at most 30 digits, not 31\n"
                f"  |\n1 | a: 0o{'7' * 31}\n  |    {'^' * 33}"
            ),
        ),
        (
            "a: [1e400]",
            "net.yaml:1:5: error: the number is too large\n  |\n1 | a: [1e400]\n  |     ^^^^^",
        ),
        (
            "",
            (
                "error: net.yaml is empty\n"
                "  help: a spec begins with 'cnn: 1' and has 'input' and 'layers'"
            ),
        ),
        (
            "# a remark\n",
            (
                "error: net.yaml is empty\n"
                "  help: a spec begins with 'cnn: 1' and has 'input' and 'layers'"
            ),
        ),
        (
            "a: b: c",
            (
                "net.yaml:1:5: error: this is no YAML: a second ':' on this line, "
                "or an indentation that does not fit\n"
                "  |\n1 | a: b: c\n  |     ^\n"
                "  help: write one 'key: value' per line, or quote a text that holds ': '"
            ),
        ),
        (
            "a: 5\nb\nc: 7",
            (
                "net.yaml:2:1: error: this is no YAML: a key without its ':'\n"
                "  |\n2 | b\n  | ^\n"
                "  help: write 'key: value'"
            ),
        ),
        (
            "a:\n\t- conv",
            (
                "net.yaml:2:1: error: this is no YAML: a character that cannot stand here\n"
                "  |\n2 | \t- conv\n  | ^\n"
                "  help: indent with spaces, not tabs, and quote words that begin with @, ` or %"
            ),
        ),
        (
            "a: @x",
            (
                "net.yaml:1:4: error: this is no YAML: a character that cannot stand here\n"
                "  |\n1 | a: @x\n  |    ^\n"
                "  help: indent with spaces, not tabs, and quote words that begin with @, ` or %"
            ),
        ),
        (
            "a: [5, 7\n",
            (
                "net.yaml:1:4: error: this is no YAML: a list that is not closed\n"
                "  |\n1 | a: [5, 7\n  |    ^\n"
                "  help: close it with ']'"
            ),
        ),
        (
            "a: ]",
            (
                "net.yaml:1:4: error: this is no YAML: a sign where a value is expected\n"
                "  |\n1 | a: ]\n  |    ^\n"
                "  help: inside brackets write values with ',' between them; "
                "quote a text that begins so"
            ),
        ),
        (
            "a: 5\nb: 'conv\nc: 7",
            (
                "net.yaml:2:4: error: this is no YAML: the quotes are not closed\n"
                "  |\n2 | b: 'conv\n  |    ^\n"
                "  help: close the quotes"
            ),
        ),
        (
            'a: "\\d"',
            (
                "net.yaml:1:5: error: this is no YAML: "
                "a '\\' inside double quotes that YAML does not know\n"
                '  |\n1 | a: "\\d"\n  |     ^\n'
                "  help: write '\\\\' for the sign itself, or use single quotes"
            ),
        ),
        (
            "größe: ü\nmaß: \x1b[31m",
            (
                "net.yaml:2:6: error: this is no YAML: "
                "a control character, which YAML does not allow\n"
                "  |\n2 | maß: \x1b[31m\n  |      ^\n"
                "  help: remove it"
            ),
        ),
        (
            "maß: \ud83d",
            (
                "net.yaml:1:6: error: this is no YAML: half a character, U+D83D\n"
                "  |\n1 | maß: ?\n  |      ^\n"
                "  help: remove it"
            ),
        ),
    ],
)
def test_the_whole_message(
    text: str, message: str, loader: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LOADER", loader)
    if loader is yaml.SafeLoader and "\\d" in text:
        message = message.replace(":1:5:", ":1:6:").replace("  |     ^", "  |      ^")
    assert refusal(text) == message


@BOTH
@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: [5, 7\nb: 11", 2, "a list that is not closed"),
        ("a: {s: 5\nb: 11", 2, "a mapping that is not closed"),
        ("a:\n  - b\n c: 5", 3, "an indentation that does not fit the lines above"),
        ("a: - b", 1, "a list item where none can stand"),
        ("a: &", 1, "an anchor or alias without its name"),
        (
            "a: |9x\n b",
            1,
            "something behind the '|' or '>' that begins a text of several lines",
        ),
        ("%YAML 9.9\n---\na: 5", 1, "a directive that is not known"),
        ("a: 5\n...\nb", 3, "something behind the end of the document"),
        ("a: 'b\n---\nc'", 2, "a document ends inside quotes"),
        ('a: "\\xzz"', 1, "a '\\' inside double quotes that YAML does not know"),
    ],
)
def test_both_parsers_complain_alike(
    text: str, line: int, said: str, loader: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The columns differ, since the parsers notice a fault at different characters."""
    monkeypatch.setattr(reader, "LOADER", loader)
    with pytest.raises(SpecError) as caught:
        read(Source("net.yaml", text))
    (fault,) = caught.value.faults
    assert fault.mark is not None
    assert (fault.mark.line, fault.message) == (line, f"this is no YAML: {said}")


def test_faults_before_a_syntax_error_are_kept() -> None:
    with pytest.raises(SpecError) as caught:
        read(Source("net.yaml", "a: 5\na: 7\nb: !x 11\nc: d: e"))
    assert [fault.message for fault in caught.value.faults] == [
        "the key 'a' is written twice; first in line 1",
        "the tag '!x' is not allowed",
        "this is no YAML: a second ':' on this line, or an indentation that does not fit",
    ]


# --- bounds --------------------------------------------------------------------------------------


def test_nesting_is_bounded() -> None:
    assert data_of("[" * DEEPEST + "]" * DEEPEST)
    assert refusal("[" * (DEEPEST + 1)).startswith(
        "net.yaml:1:101: error: lists and mappings are nested deeper than 100, the bound\n"
    )


def test_nesting_through_aliases_is_bounded() -> None:
    """Each line adds 50 levels; a walk along many such lines would find no end."""
    lines = [f"a: &a {'[' * 50}{']' * 50}", f"b: &b {'[' * 49}*a{']' * 49}"]
    assert data_of("\n".join(lines))
    text = "\n".join([*lines, f"c: {'[' * 49}*b{']' * 49}"])
    assert refusal(text).startswith(
        "net.yaml:3:53: error: lists and mappings are nested deeper than 100, the bound\n"
    )


def test_an_anchor_is_as_deep_as_its_own_content() -> None:
    """What was nested before it, or around it, does not count."""
    deep = f"{'[' * 90}5{']' * 90}"
    text = f"a: {deep}\nb: &b {{c: &c [7]}}\nd: {'[' * 97}*c{']' * 97}"
    assert data_of(text)["b"] == {"c": [7]}


def test_aliases_are_bounded() -> None:
    text = f"a: &x 5\nb: [{', '.join(['*x'] * MOST_ALIASES)}"
    assert len(data_of(f"{text}]")["b"]) == 1_000
    said = refusal(f"{text}, *x]")
    assert "error: the spec uses more than 1,000 aliases, the bound\n" in said
    assert said.endswith("  help: write repeated layers with 'repeat', 'for' or blocks")


def test_nodes_are_bounded() -> None:
    said = refusal(f"[{'5, ' * MOST_NODES}]")
    assert "error: the spec has more than 300,000 nodes, the bound on its size\n" in said
    assert said.endswith("  help: write repeated layers with 'repeat', 'for' or blocks")


def test_an_alias_counts_as_what_it_repeats() -> None:
    start = time.process_time()
    bomb = "\n".join(
        [
            "a0: &a0 [x, x]",
            *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60)),
        ]
    )
    assert "with its aliases the spec has more than 300,000 nodes, the bound on its size\n" in (
        refusal(bomb)
    )
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "number", ["7" * 1_900_000, "0x" + "7" * 1_900_000, "0o" + "7" * 1_900_000]
)
def test_an_endless_number_is_refused(number: str) -> None:
    assert "a whole number may have at most 30 digits, not 1,900,000" in refusal(f"a: {number}")


# --- files ---------------------------------------------------------------------------------------


def test_a_file_becomes_a_source(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_bytes("\ufeffgröße: 5\r\nb: 7\r\n".encode())
    assert open_source(path) == Source(str(path), "größe: 5\nb: 7\n")
    assert open_source(str(path)) == open_source(path)


def test_a_name_that_no_file_can_have() -> None:
    with pytest.raises(SpecError) as caught:
        open_source("net\0.yaml")
    assert str(caught.value) == "error: no file can be called 'net\\x00.yaml'"
    with pytest.raises(SpecError, match="cannot be read: file name too long"):
        open_source("n" * 5_000)


# --- anything else -------------------------------------------------------------------------------

yaml_like = st.lists(
    st.sampled_from([*"abc 5:-?[]{},&*!|>'\"%@`#\n\t~<", "\n  ", ": ", "- ", "*a", "&a ", "---\n"])
    | st.characters()
).map("".join)


def is_read_or_refused(text: str) -> bool:
    try:
        tree = read(Source("net.yaml", text))
    except SpecError as error:
        return bool(str(error))
    return isinstance(tree, Scalar | Sequence | Mapping)


@BOTH
@given(text=yaml_like | st.text())
def test_no_text_crashes_the_reader(text: str, loader: type[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "LOADER", loader)
        assert is_read_or_refused(text)


@given(data=st.binary() | yaml_like.map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    try:
        text = decode(data, "net.yaml")
    except SpecError as error:
        text = str(error)
    assert is_read_or_refused(text)
