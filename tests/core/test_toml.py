"""Places in TOML: where every key and every value stands, however it is written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.core.toml import MOST_PARTS, find_key, open_toml, parse, tree_of
from cnnanalyze.core.tree import plain, scalars
from cnnanalyze.errors import Source, UsageError

TEXT = '''\
# lint.a = 1
top = 1 # top = 2
[lint]
select = ["CV", 'NA', # "XX"
  "RF", {a = 1, "b c".d = [2]}]
"x\\u0041" = """
[other]
y = 1
"""
z . 'w' = 2020-01-01
[[lint.rule]]
when = "a == 'b'"
[[lint.rule]]
when = \'\'\'c'd\'\'\'\'
[lint.rule.more]
n = -1.5e3
[a."b.c"]
'''


@pytest.mark.parametrize(
    ("keys", "key", "value"),
    [
        (("top",), "2:1", "2:7"),
        (("lint",), "3:2", "3:2"),
        (("lint", "select"), "4:1", "4:10"),
        (("lint", "select", 0), "4:12", "4:12"),
        (("lint", "select", 1), "4:18", "4:18"),
        (("lint", "select", 2), "5:4", "5:4"),
        (("lint", "select", 3, "a"), "5:10", "5:14"),
        (("lint", "select", 3, "b c", "d"), "5:17", "5:27"),
        (("lint", "select", 3, "b c", "d", 0), "5:28", "5:28"),
        (("lint", "xA"), "6:1", "6:16"),
        (("lint", "z"), "10:1", "10:1"),
        (("lint", "z", "w"), "10:1", "10:11"),
        (("lint", "rule"), "11:8", "11:8"),
        (("lint", "rule", 0), "11:3", "11:3"),
        (("lint", "rule", 0, "when"), "12:1", "12:9"),
        (("lint", "rule", 1, "when"), "14:1", "14:11"),
        (("lint", "rule", 1, "more"), "15:12", "15:12"),
        (("lint", "rule", 1, "more", "n"), "16:1", "16:5"),
        (("a", "b.c"), "17:4", "17:4"),
        (("lint", "rule", 1, "none"), "13:3", "13:3"),
        (("other",), "1:1", "1:1"),
    ],
)
def test_every_key_and_value_is_found(keys: tuple[str | int, ...], key: str, value: str) -> None:
    source = Source("x.toml", TEXT)
    assert str(find_key(source, keys)) == f"x.toml:{key}"
    assert str(find_key(source, keys, is_value=True)) == f"x.toml:{value}"


def test_a_table_is_a_tree_with_its_places() -> None:
    tree = tree_of(Source("x.toml", TEXT), "lint")
    data = tomllib.loads(TEXT)["lint"]
    data["z"]["w"] = str(data["z"]["w"])  # a date
    assert plain(tree) == data
    marks = {word.text: str(word.mark) for word in scalars(tree)}
    assert (marks["RF"], marks["a == 'b'"], marks["n"]) == (
        "x.toml:5:4",
        "x.toml:12:9",
        "x.toml:16:1",
    )


def test_a_table_that_is_not_there_is_empty() -> None:
    assert tree_of(Source("x.toml", "a = 1\n"), "lint").entries == ()


PLAIN = st.recursive(
    st.integers(0, 99) | st.booleans() | st.text("a'\"\\#=[\n]{é", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab.\" '\\", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def written(data: Any) -> str:
    """Return plain data as TOML has it in one line."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{written(k)} = {written(v)}" for k, v in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(written(v) for v in data) + "]"
    if isinstance(data, str):
        text = data.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{text}"'
    return str(data).lower()


@given(st.dictionaries(st.sampled_from(["x", "y", "z-1"]), PLAIN, max_size=3))
def test_what_stands_at_the_place_of_a_value_is_the_value(data: dict[str, Any]) -> None:
    text = "".join(f"{key} = {written(value)} # = 1\n" for key, value in data.items())
    source = Source("x.toml", text)
    assert parse(source) == data

    def check(keys: tuple[str | int, ...], value: Any) -> None:
        mark = find_key(source, keys, is_value=True)
        there = source.lines[mark.line - 1][mark.column - 1 :][: mark.length]
        if isinstance(value, str):
            assert tomllib.loads(f'v = "{there if value else ""}"') == {"v": value}
        else:
            assert tomllib.loads(f"v = {there}") == {"v": value}
        inner = dict(enumerate(value)) if isinstance(value, list) else value
        for key, one in inner.items() if isinstance(inner, dict) else ():
            check((*keys, key), one)

    for key, value in data.items():
        check((key,), value)


@pytest.mark.parametrize(
    "text", [f"[{'a.' * 90_000}a]\n", f"{'a.' * 90_000}a = 1\n", f"x = {{{'a.' * 90_000}a = 1}}\n"]
)
def test_keys_of_many_names_are_refused_before_they_take_time(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(Source("x.toml", text))
    assert caught.value.message == f"a key may have at most {MOST_PARTS} names"
    assert str(caught.value.faults[0].mark) == "x.toml:1:1"


def test_many_numbers_with_dots_are_no_long_key() -> None:
    assert len(parse(Source("x.toml", f"x = [{'1.5, ' * 300}]\n"))["x"]) == 300


@pytest.mark.parametrize(
    "text",
    [
        f'[lint]\nx = """\n[{" " * 100_000}\n"""\n',
        "\n" * 100_000 + "[lint]\nx = 1\n",
        f"[lint]\nx = '{'[' * 100_000}'\n",
    ],
)
def test_blanks_and_brackets_take_time_in_proportion(text: str) -> None:
    assert find_key(Source("x.toml", text), ("lint", "x")).column == 1


def test_devices_and_large_files_are_refused(tmp_path: Any) -> None:
    (tmp_path / "x.toml").symlink_to("/dev/zero")
    with pytest.raises(UsageError, match="is a device, not a configuration file"):
        open_toml(tmp_path / "x.toml")
    (tmp_path / "y.toml").write_text("#" * 1_000_001)
    with pytest.raises(UsageError, match="is larger than 1,000,000 bytes"):
        open_toml(tmp_path / "y.toml")


@pytest.mark.parametrize("number", [2**63, -(2**64), 10**400])
@pytest.mark.parametrize("text", ["[a]\nb = {}\n", "[a]\nb = [1, [2, {}]]\n", "a.b = {{c = {}}}\n"])
def test_a_number_of_more_than_64_bits_is_refused_where_it_stands(text: str, number: int) -> None:
    source = Source("cnnanalyze.toml", text.format(number))
    with pytest.raises(UsageError, match="a whole number of TOML has at most 64 bits") as caught:
        parse(source)
    mark = caught.value.faults[0].mark
    assert mark is not None
    assert source.lines[mark.line - 1][mark.column - 1 :].startswith(str(number))


def test_the_largest_numbers_of_toml_are_taken() -> None:
    source = Source("cnnanalyze.toml", f"a = {2**63 - 1}\nb = {-(2**63)}\n")
    assert parse(source) == {"a": 2**63 - 1, "b": -(2**63)}
