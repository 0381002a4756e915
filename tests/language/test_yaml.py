"""Reading YAML: the values of the 1.2 core schema, the place of every word, files, any text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.core.files import FileError, decode
from cnnanalyze.core.tree import MOST_DIGITS, Mapping, Scalar, Sequence, Tree, plain
from cnnanalyze.errors import Source, SpecError
from cnnanalyze.language import yaml as reader
from cnnanalyze.language.yaml import open_source, read


def data_of(text: str) -> Any:
    return plain(read(Source("net.yaml", text)))


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


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader], ids=["C", "Python"])
@given(text=yaml_like | st.text())
def test_no_text_crashes_the_reader(text: str, loader: type[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "LOADER", loader)
        assert is_read_or_refused(text)


@given(data=st.binary() | yaml_like.map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    try:
        text = decode(data, "net.yaml")
    except FileError as error:
        text = str(error)
    assert is_read_or_refused(text)
