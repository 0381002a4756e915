"""What the reader refuses: every fault with its whole message, and every bound."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml

from cnnanalyze.core.tree import DEEPEST, MOST_NODES, plain
from cnnanalyze.errors import Source, SpecError
from cnnanalyze.language import yaml as reader
from cnnanalyze.language.yaml import MOST_ALIASES, read


def data_of(text: str) -> Any:
    return plain(read(Source("net.yaml", text)))


def refusal(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        read(Source("net.yaml", text))
    return str(caught.value)


# --- faults --------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader], ids=["C", "Python"])


@BOTH
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: 5\nb: 7\na: 11\nb: 13",
            (
                "net.yaml:3:1: error: duplicate key 'a'; first in line 1\n"
                "  |\n3 | a: 11\n  | ^\n"
                "  help: keep one of the two\n\n"
                "net.yaml:4:1: error: duplicate key 'b'; first in line 2\n"
                "  |\n4 | b: 13\n  | ^\n"
                "  help: keep one of the two"
            ),
        ),
        (
            "a: !!str 5\nb: !python/name:os.system x",
            (
                "net.yaml:1:4: error: the tag '!!str' is not allowed\n"
                "  |\n1 | a: !!str 5\n  |    ^\n"
                "  help: a spec contains plain values only\n\n"
                "net.yaml:2:4: error: the tag '!python/name:os.system' is not allowed\n"
                "  |\n2 | b: !python/name:os.system x\n  |    ^\n"
                "  help: a spec contains plain values only"
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
                "net.yaml:1:5: error: invalid YAML: a second ':' on this line, "
                "or an indentation that does not fit\n"
                "  |\n1 | a: b: c\n  |     ^\n"
                "  help: write one 'key: value' per line, or quote a text that holds ': '"
            ),
        ),
        (
            "a: 5\nb\nc: 7",
            (
                "net.yaml:2:1: error: invalid YAML: a key without its ':'\n"
                "  |\n2 | b\n  | ^\n"
                "  help: write 'key: value'"
            ),
        ),
        (
            "a:\n\t- conv",
            (
                "net.yaml:2:1: error: invalid YAML: a character that is not allowed here\n"
                "  |\n2 | \t- conv\n  | ^\n"
                "  help: indent with spaces, not tabs, and quote words that begin with @, ` or %"
            ),
        ),
        (
            "a: @x",
            (
                "net.yaml:1:4: error: invalid YAML: a character that is not allowed here\n"
                "  |\n1 | a: @x\n  |    ^\n"
                "  help: indent with spaces, not tabs, and quote words that begin with @, ` or %"
            ),
        ),
        (
            "a: [5, 7\n",
            (
                "net.yaml:1:4: error: invalid YAML: a list that is not closed\n"
                "  |\n1 | a: [5, 7\n  |    ^\n"
                "  help: close it with ']'"
            ),
        ),
        (
            "a: ]",
            (
                "net.yaml:1:4: error: invalid YAML: a sign where a value is expected\n"
                "  |\n1 | a: ]\n  |    ^\n"
                "  help: inside brackets write values with ',' between them; "
                "quote a text that begins so"
            ),
        ),
        (
            "a: 5\nb: 'conv\nc: 7",
            (
                "net.yaml:2:4: error: invalid YAML: the quotes are not closed\n"
                "  |\n2 | b: 'conv\n  |    ^\n"
                "  help: close the quotes"
            ),
        ),
        (
            'a: "\\d"',
            (
                "net.yaml:1:5: error: invalid YAML: "
                "a '\\' inside double quotes that YAML does not know\n"
                '  |\n1 | a: "\\d"\n  |     ^\n'
                "  help: write '\\\\' for the sign itself, or use single quotes"
            ),
        ),
        (
            "größe: ü\nmaß: \x1b[31m",
            (
                "net.yaml:2:6: error: invalid YAML: "
                "a control character, which YAML does not allow\n"
                "  |\n2 | maß: \\x1b[31m\n  |      ^^^^\n"
                "  help: remove it"
            ),
        ),
        (
            "maß: \ud83d",
            (
                "net.yaml:1:6: error: invalid YAML: an unpaired surrogate, U+D83D\n"
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
        ("a: - b", 1, "a list item that is not allowed here"),
        ("a: &", 1, "an anchor or alias without its name"),
        (
            "a: |9x\n b",
            1,
            "text after the '|' or '>' that begins a text of several lines",
        ),
        ("%YAML 9.9\n---\na: 5", 1, "a directive that is not known"),
        ("a: 5\n...\nb", 3, "text after the end of the document"),
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
    assert (fault.mark.line, fault.message) == (line, f"invalid YAML: {said}")


def test_faults_before_a_syntax_error_are_kept() -> None:
    with pytest.raises(SpecError) as caught:
        read(Source("net.yaml", "a: 5\na: 7\nb: !x 11\nc: d: e"))
    assert [fault.message for fault in caught.value.faults] == [
        "duplicate key 'a'; first in line 1",
        "the tag '!x' is not allowed",
        "invalid YAML: a second ':' on this line, or an indentation that does not fit",
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


@pytest.mark.thorough
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
