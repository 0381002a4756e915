"""Binding: what a section says, and everything that is wrong with it, each thing at its place."""

# ruff: noqa: E501 - one row of a table is one line
from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Annotated, Any

import pytest
from pydantic import Field

from cnnanalyze.core.binding import bind, bind_entries
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.section import (
    Entries,
    Itself,
    Later,
    Named,
    NotEmpty,
    Others,
    Reader,
    Section,
    Text,
    Whole,
    Word,
    Written,
    Wrong,
    version,
)
from cnnanalyze.core.toml import tree_of
from cnnanalyze.core.tree import Mapping, Scalar, Tree, plain
from cnnanalyze.errors import Source, UsageError
from cnnanalyze.language.yaml import read
from cnnanalyze.layers.attributes import Count, choice


def _even(tree: Tree) -> int:
    value = plain(tree)
    if value == 13:
        raise UsageError("13 is not allowed at all", help="take 14")
    if type(value) is int and value % 2 == 0:
        return value
    raise ValueError(f"must be an even number, not {value}")


EVEN = Annotated[int, Reader(_even, {"type": "integer", "multipleOf": 2})]


class Amount(Section):
    principal = "most"
    needs = (("most", "least"),)

    most: int | None = None
    least: int | None = None


class Part(Section):
    called = "a part"
    example = "- {name: wheel}"

    name: Text = Field(description="what it is called", examples=["wheel"])
    count: Count = 1
    tree: Itself

    def wrong(self, what: str) -> Iterator[Wrong]:
        if self.name == "axle" and self.count == 1:
            yield Wrong(f"{what} comes in pairs", "count", "count: 2")


def _unknown(what: str, word: str, known: tuple[str, ...]) -> tuple[str, str]:
    return f"{what} knows no '{word}'", f"it knows {', '.join(known)}"


LIMITS = Entries(lambda: {"mass": Amount, "even": EVEN}, _unknown, "the limit of {}")


class Cart(Section):
    cart: version(3) = 3  # type: ignore[valid-type]
    colour: choice("red", "blue") = "red"  # type: ignore[valid-type]
    wheels: EVEN = 2
    owner: str | None = None
    tags: tuple[str, ...] = ()
    sizes: dict[str, Count] = Field(default_factory=dict)
    parts: tuple[Part, ...] = Field(default=(), examples=["[{name: wheel}]"])
    spare: Part | None = None
    limits: Annotated[dict[str, Any], LIMITS] = Field(default_factory=dict)
    load: Written | None = None
    plate: Word | None = None
    is_old: bool = Field(default=False, alias="is-old")

    def wrong(self, what: str) -> Iterator[Wrong]:  # noqa: ARG002 - as inherited
        if not self.is_old:
            yield from self.idle(
                {"is-old", *type(self).model_fields} - {"plate"}, "while it is new"
            )


def cart(text: str) -> tuple[Cart | None, list[str]]:
    faults = Faults()
    found = bind(read(Source("cart.yaml", text)), Cart, "a cart", faults)
    return found, [str(fault).partition("\n")[0] for fault in faults.sorted()]


def test_every_form_is_read() -> None:
    found, faults = cart(
        "cart: 3\ncolour: blue\nwheels: 6\nowner: ada\ntags: one\nsizes: {a: 7, b: 11}\n"
        "parts:\n  - {name: 1998, count: 5}\nspare: {name: wheel}\n"
        "limits: {mass: 13, even: 4}\nload: [1, {b: 2}]\nplate: 007\nis-old: true\n"
    )
    assert faults == []
    assert found is not None
    assert (found.cart, found.colour, found.wheels, found.owner) == (3, "blue", 6, "ada")
    assert (found.tags, found.sizes, found.is_old) == (("one",), {"a": 7, "b": 11}, True)
    (part,) = found.parts
    assert (part.name, part.count, str(part.tree.mark)) == ("1998", 5, "cart.yaml:8:5")
    assert found.spare is not None
    assert found.spare.count == 1
    assert found.limits["mass"].most == 13
    assert found.limits["even"] == 4
    assert found.load is not None
    assert plain(found.load) == [1, {"b": 2}]
    assert isinstance(found.plate, Scalar)
    assert (found.plate.text, str(found.plate.mark)) == ("007", "cart.yaml:12:8")


def test_a_key_without_a_value_is_as_good_as_not_given() -> None:
    found, faults = cart("{owner: , tags: , wheels: , parts: , spare: , limits: }")
    assert faults == []
    assert found == Cart()


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("3", "1:1", "a cart must be a mapping, not 3"),
        ("{wheel: 4}", "1:2", "a cart has no 'wheel'; it takes cart, colour, wheels, owner, tags, sizes, parts, spare, limits, load, plate, is-old; did you mean 'wheels'?"),
        ("{cart: 4}", "1:8", "'cart' of a cart must be 3, the version that this tool reads, not 4"),
        ("{cart: true}", "1:8", "'cart' of a cart must be 3, the version that this tool reads, not true"),
        ("{colour: rde}", "1:10", "'colour' of a cart must be one of red, blue, not 'rde'; did you mean 'red'?"),
        ("{wheels: 5}", "1:10", "'wheels' of a cart must be an even number, not 5"),
        ("{wheels: 13}", "1:10", "13 is not allowed at all"),
        ("{owner: 5}", "1:9", "'owner' of a cart must be a text, not 5"),
        ("{tags: {a: 1}}", "1:8", "'tags' of a cart must be a list, not a mapping"),
        ("{tags: [a, [b]]}", "1:12", "'tags' of a cart must be a text, not ['b']"),
        ("{sizes: 3}", "1:9", "'sizes' of a cart must be a mapping, not 3"),
        ("{sizes: {a: 3, b: 0}}", "1:19", "'b' of 'sizes' must be a whole number of at least 1, not 0"),
        ("{parts: wheel}", "1:9", "'parts' of a cart must be a list, not 'wheel'"),
        ("{parts: [wheel]}", "1:10", "a part must be a mapping with 'name', not 'wheel'"),
        ("{parts: [{count: 7}]}", "1:10", "a part needs 'name'"),
        ("{parts: [{name: [a]}]}", "1:17", "'name' of a part must be a text, not ['a']"),
        ("{spare: {name: a, cuont: 7}}", "1:19", "a part has no 'cuont'; it takes name, count; did you mean 'count'?"),
        ("{parts: [{name: axle, count: 1}]}", "1:30", "a part comes in pairs"),
        ("{parts: [{name: axle}]}", "1:10", "a part comes in pairs"),
        ("{limits: 3}", "1:10", "'limits' must be a mapping, not 3"),
        ("{limits: {mas: 3}}", "1:11", "'limits' knows no 'mas'"),
        ("{limits: {even: 3}}", "1:17", "'even' of 'limits' must be an even number, not 3"),
        ("{limits: {mass: [3]}}", "1:17", "'most' of the limit of mass must be a whole number, not [3]"),
        ("{limits: {mass: {}}}", "1:17", "the limit of mass needs 'most' or 'least'"),
        ("{plate: ''}", "1:9", "'plate' of a cart must be a text, not ''"),
        ("{plate: 7}", "1:2", "'plate' is not read while it is new"),
        ("{is-old: 1}", "1:10", "'is-old' of a cart must be true or false, not 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(text: str, place: str, message: str) -> None:
    assert cart(text)[1] == [f"cart.yaml:{place}: error: {message}"]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    found, faults = cart("wheels: 5\nspare: {nam: a}\nlimits: {mass: x, mas: 3}\ncolour: 1\n")
    assert found is not None
    assert (found.wheels, found.colour, found.spare) == (2, "red", None)
    assert [f.split(":")[1] for f in faults] == ["1", "2", "2", "3", "3", "4"]


def test_what_is_wrong_inside_is_not_told_again_as_missing() -> None:
    faults = Faults()
    assert bind(read(Source("x", "{name: [a]}")), Part, "a part", faults) is None
    assert [f.message for f in faults.sorted()] == ["'name' of a part must be a text, not ['a']"]


def test_help_is_an_example_or_the_description() -> None:
    faults = Faults()
    bind(read(Source("x", "{parts: [{}, 3], wheels: 13}")), Cart, "a cart", faults)
    assert [(f.message, f.help) for f in faults.sorted()] == [
        ("a part needs 'name'", "name: wheel"),
        ("a part must be a mapping with 'name', not 3", "- {name: wheel}"),
        ("13 is not allowed at all", "take 14"),
    ]


class Trailer(Section):
    needs = (("axles",), ("load", "volume"))
    exclusive = MappingProxyType({("load", "volume"): "say one of them"})

    axles: Count | None = None
    load: Whole | Part | None = Field(default=None, examples=["7"])
    volume: Annotated[Any, Later(lambda: Part)] = None
    rest: Annotated[dict[str, Any], Others(lambda: {"left": Part, "right": Whole})] = Field(
        default_factory=dict
    )


class Filled(Section):
    names: Annotated[tuple[str, ...], NotEmpty()] = Field(default=(), examples=["[a]"])
    parts: Annotated[dict[str, Part], NotEmpty()] = Field(default_factory=dict)


class Open(Section):
    rest: Annotated[dict[str, Any], Others(dict, is_open=True)] = Field(default_factory=dict)


def trailer(text: str) -> tuple[Trailer | None, list[tuple[str, str]]]:
    faults = Faults()
    found = bind(read(Source("x", text)), Trailer, "a trailer", faults)
    return found, [(fault.message, fault.help) for fault in faults.sorted()]


def test_all_that_is_needed_is_told_in_one_sentence() -> None:
    assert trailer("{}")[1] == [("a trailer needs 'axles' and 'load' (or 'volume')", "load: 7")]
    assert trailer("{axles: 3}")[1] == [("a trailer needs 'load' or 'volume'", "load: 7")]


def test_of_two_keys_that_exclude_each_other_the_later_is_told() -> None:
    told = trailer("{axles: 3, volume: {name: a}, load: 5}")[1]
    assert told == [("a trailer has either 'load' or 'volume', not both", "say one of them")]


def test_a_value_may_be_a_number_or_a_section_and_a_type_may_be_made_later() -> None:
    found, faults = trailer("{axles: 3, load: 5}")
    assert found is not None
    assert (found.load, faults) == (5, [])
    found, faults = trailer("{axles: 3, load: {name: wheel}}")
    assert found is not None
    assert isinstance(found.load, Part)
    found, faults = trailer("{axles: 3, volume: {name: wheel}}")
    assert found is not None
    assert (found.volume.name, faults) == ("wheel", [])
    assert trailer("{axles: 3, load: many}")[1] == [
        ("'load' of a trailer must be a whole number, not 'many'", "load: 7")
    ]


def test_what_must_not_be_empty_is_not() -> None:
    faults = Faults()
    bind(read(Source("x", "{names: [], parts: {}}")), Filled, "it", faults)
    assert [(fault.message, fault.help) for fault in faults.sorted()] == [
        ("'names' of it must not be empty", "names: [a]"),
        ("'parts' of it must not be empty", ""),
    ]


def test_keys_of_a_table_are_read_beside_those_of_the_section() -> None:
    found, faults = trailer("{axles: 3, load: 5, left: {name: a}, right: 7}")
    assert found is not None
    assert (found.rest["left"].name, found.rest["right"], faults) == ("a", 7, [])
    (told,) = trailer("{axles: 3, load: 5, lef: 7, right: x}")[1][:1]
    assert told[0] == (
        "a trailer has no 'lef'; it takes axles, load, volume, left, right; did you mean 'left'?"
    )
    assert trailer("{axles: 3, load: 5, right: x}")[1] == [
        ("'right' of a trailer must be a whole number, not 'x'", "")
    ]
    whatever = bind(read(Source("x", "{any: [1]}")), Open, "it", Faults())
    assert whatever is not None
    assert {key: plain(tree) for key, tree in whatever.rest.items()} == {"any": [1]}


def test_nothing_is_nothing() -> None:
    faults = Faults()
    assert bind(None, Cart, "a cart", faults) is None
    assert bind_entries(None, LIMITS, "'limits'", faults) == {}
    assert not faults


def test_a_mapping_is_a_table_where_the_file_is_toml() -> None:
    faults = Faults()
    tree = tree_of(Source("cart.toml", "wheels = 4\nsizes = 3\n[is-old]\n"))
    bind(tree, Cart, "a cart", faults)
    assert [f"{f.mark}: {f.message}" for f in faults.sorted()] == [
        "cart.toml:2:9: 'sizes' of a cart must be a table, not 3",
        "cart.toml:3:2: 'is-old' of a cart must be true or false, not a mapping",
    ]


def test_entries_can_come_back_as_they_are_written() -> None:
    from dataclasses import replace

    faults = Faults()
    tree = read(Source("x", "{even: 4}"))

    class Kept(Section):
        limits: Annotated[Any, replace(LIMITS, is_kept=True)]

    whole = read(Source("x", "{limits: {even: 4}}"))
    found = bind(whole, Kept, "it", faults)
    assert found is not None
    assert plain(found.limits) == plain(tree)
    assert not faults


def _is_lower(name: Scalar, faults: Faults) -> bool:
    if not name.text.islower():
        faults.add(f"'{name.text}' is no name", name.mark)
    return name.text.islower()


class Size(Section):
    example = "{width: 3, height: 5}"
    only_whole = True
    forms = (("width", "height"), ("radius",))
    beside = ("unit",)

    width: Whole | None = None
    height: Whole | None = None
    radius: Whole | None = None
    unit: Text = "cm"

    @classmethod
    def mistaken(cls, tree: Mapping) -> Wrong | None:
        if tree.get("wheels") is None:
            return None
        return Wrong("this is a cart, not a size", "wheels", help="weigh it", code="XX001")


class Yard(Section):
    sizes: Annotated[
        dict[str, Size], Named(_is_lower, dict, "the size of {}", "{one: {radius: 3}}", "XX002")
    ] = Field(default_factory=dict)
    gate: Annotated[Any, Later(lambda: Size, of_mappings=True)] = None


def yard(text: str) -> tuple[Yard | None, list[tuple[str, str, str]]]:
    faults = Faults("XX003")
    found = bind(read(Source("yard.yaml", text)), Yard, "a yard", faults)
    return found, [
        (f"{fault.mark}: {fault.message}", fault.help, fault.code) for fault in faults.sorted()
    ]


def test_keys_are_free_names_where_a_mapping_says_so() -> None:
    found, faults = yard(
        "sizes: {a: {width: 3, height: 5}, B: {radius: 7}, c: {radius: 11, unit: m}}"
    )
    assert faults == [("yard.yaml:1:35: 'B' is no name", "", "XX002")]
    assert found is not None
    assert found.sizes == {"a": Size(width=3, height=5), "c": Size(radius=11, unit="m")}
    assert yard("sizes: 3")[1] == [
        (
            "yard.yaml:1:8: 'sizes' of a yard must be a mapping, not 3",
            "sizes: {one: {radius: 3}}",
            "XX002",
        )
    ]


@pytest.mark.parametrize(
    "given", ["{width: 3}", "{width: 3, radius: 5, height: 7}", "{unit: m}", "{}"]
)
def test_keys_that_do_not_stand_together_are_told_with_those_that_do(given: str) -> None:
    found, faults = yard(f"sizes: {{a: {given}}}")
    assert found == Yard()
    keys = ", ".join(part.partition(":")[0] for part in given.strip("{}").split(", "))
    message = f"the size of a must be one of {{width, height}} or {{radius}}, not {{{keys}}}"
    assert faults == [(f"yard.yaml:1:12: {message}", "{width: 3, height: 5}", "SP005")]


def test_of_keys_that_are_not_known_only_that_is_told() -> None:
    _, faults = yard("sizes: {a: {widht: 3, height: 5}}")
    assert [message for message, _, _ in faults] == [
        "yard.yaml:1:13: the size of a has no 'widht'; it takes width, height, radius, unit; did you mean 'width'?"
    ]


def test_of_something_else_that_is_taken_for_a_section_only_that_is_told() -> None:
    found, faults = yard("sizes: {a: {wheels: 4, widht: 3}}")
    assert found == Yard()
    assert faults == [("yard.yaml:1:21: this is a cart, not a size", "weigh it", "XX001")]


def test_a_type_may_be_that_of_mappings_alone() -> None:
    bare, _ = yard("gate: 3x5")
    whole, _ = yard("gate: {radius: 5}")
    assert bare is not None
    assert whole is not None
    assert isinstance(bare.gate, Scalar)
    assert (bare.gate.text, whole.gate) == ("3x5", Size(radius=5))


def _refused(tree: Tree) -> int:
    raise UsageError(f"{plain(tree)} is not allowed", help="take 14", code="XX004")


def test_what_a_reader_refuses_keeps_its_rule() -> None:
    class Number(Section):
        value: Annotated[int, Reader(_refused, {})] = 0

    faults = Faults("XX003")
    bind(read(Source("here", "{value: 13}")), Number, "a number", faults)
    assert [(f.message, f.help, f.code, str(f.mark)) for f in faults.sorted()] == [
        ("13 is not allowed", "take 14", "XX004", "here:1:9")
    ]
