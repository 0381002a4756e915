"""Attention in windows that is written out is the layer kind; patches are one, however laid."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.comparison.conformance.normal_form import normal_form
from cnnanalyze.comparison.conformance.proof import conform

HEAD = "cnn: 1\nname: Net\ninput: 4x6x6\nlayers:\n"
TAIL = "- relu\n"


def kind(
    window: str = "[2, 3]", shift: str = "[1, 2]", relative: bool = True, heads: int = 2
) -> cnn.Network:
    """Return the network with the layer kind."""
    given = f"heads: {heads}, window: {window}, shift: {shift}, relative_position: {relative}"
    return cnn.loads(f"{HEAD}- layernorm\n- attention: {{{given.lower()}}}\n{TAIL}")


def roll(name: str, height: int, width: int) -> str:
    """Return the steps that move a map along both axes, cyclically."""
    text, before = "", ""
    for axis, by in (("height", height), ("width", width)):
        source = f", from: {before}" if before else ""
        start = f"{name}_{axis}"
        text += f"- {{identity: , as: {start}{source}}}\n"
        for part, word in (("a", "start"), ("b", "stop")):
            text += (
                f"- {{slice: {{axis: {axis}, {word}: {by}}}, from: {start}, as: {start}_{part}}}\n"
            )
        before = f"{start}_c"
        text += f"- {{concat: {{axis: {axis}}}, from: [{start}_a, {start}_b], as: {before}}}\n"
    return text


LAID = "(h1 h2) (w1 w2) (c1 c2) -> (h1 w1) c1"
SIZES = "sizes: {c1: 2, h2: 2, w2: 3}"
TABLE = "- rearrange: 'd h w c -> d (h w c)'\n- constant_map: {along: channels, table: 30}\n"
MASK = (
    "- rearrange: {pattern: 'l (c1 c2) -> c1 (l c2)', sizes: {c1: 2}}\n"
    "- constant_map: {along: channels}\n"
    "- {rearrange: {pattern: 'l (c1 c2 c3) -> c1 l c2 c3', sizes: {c1: 4, c2: 6}}}\n"
)
PLAIN = "- rearrange: {pattern: 'l (c1 c2 c3) -> l c1 c2 c3', sizes: {c1: 2, c2: 6}}\n"
WRITTEN = (
    "- layernorm\n" + roll("there", 1, 2) + "- {conv: {filters: 18, kernel: 1}, as: qkv}\n"
    "- {slice: [0, 6], from: qkv}\n"
    "- scale: 0.57735027\n"
    f"- {{rearrange: {{pattern: '{LAID} (h2 w2) c2', {SIZES}}}, as: q}}\n"
    "- {slice: [6, 12], from: qkv}\n"
    f"- {{rearrange: {{pattern: '{LAID} c2 (h2 w2)', {SIZES}}}, as: k}}\n"
    "- {slice: [12, 18], from: qkv}\n"
    f"- {{rearrange: {{pattern: '{LAID} (h2 w2) c2', {SIZES}}}, as: v}}\n"
    "- {matmul: , from: [q, k]}\n" + TABLE + MASK + "- {softmax: , as: w}\n"
    "- {matmul: , from: [w, v]}\n"
    "- rearrange: 'd h w c -> d w (h c)'\n"
    "- {conv: {filters: 6, kernel: 1}, as: last}\n"
    "- rearrange: {pattern: '(h1 h2) (w1 w2) c -> (h1 w1) (h2 w2) c', sizes: {h2: 2, w2: 3}}\n"
    + roll("back", 3, 4)
    + TAIL
)


def written(*changes: tuple[str, str]) -> cnn.Network:
    """Return the network with attention written out, and changed."""
    text = WRITTEN
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return cnn.loads(HEAD + text)


def test_windows_that_are_written_out_are_the_layer_kind() -> None:
    model, spec = written(), kind()
    assert cnn.analyze(spec).total.parameters == cnn.analyze(model).total.parameters
    assert [operation.name for operation in normal_form(model)] == [
        "layernorm",
        *["conv"] * 3,
        "attend",
        "conv",
        "clip",
    ]
    found = conform(spec, model)
    assert str(found) == (
        "Net: the model is the network of the spec, 7 operations alike\n"
        "attention in windows is written out in 1 place of the model: no number is read, so masks, "
        "and which distance looks up which number, are taken to be those of the layer kind"
    )
    assert conform(model, spec).holds


def test_windows_that_nobody_moves_need_no_mask() -> None:
    model = written(
        (roll("there", 1, 2), ""),
        (roll("back", 3, 4), ""),
        (MASK, PLAIN),
    )
    assert conform(kind(shift="0"), model).holds


CHANGES = {
    "another window": (
        {"window": "[4, 3]"},
        (),
        (
            "attention1: shift 0x2 in the spec, 1x2 in w of the model\n"
            "attention1: window 4x3 in the spec, 2x3 in w of the model"
        ),
    ),
    "another shift": ({"shift": "1"}, (), "attention1: shift 1x1 in the spec, 1x2 in w of"),
    "no table": (
        {"relative": False},
        (),
        "attention1: relative_position false in the spec, true in w of the model",
    ),
    "a mask less": (
        {},
        ((TABLE + MASK, TABLE + PLAIN),),
        "attention1: masked true in the spec, false in w of the model",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_differs_in_windows_is_told(what: str) -> None:
    given, changes, said = CHANGES[what]
    found = conform(kind(**given), written(*changes))  # type: ignore[arg-type]  # as it takes them
    assert str(found).startswith(said), str(found)


OTHER = {
    "another table": ("table: 30", "table: 15"),
    "keys of another window than values": (
        f"{LAID} c2 (h2 w2)', {SIZES}",
        "(h2 h1) (w1 w2) (c1 c2) -> (h1 w1) c1 c2 (h2 w2)', " + SIZES,
    ),
    "a map that is not moved back": (roll("back", 3, 4), roll("back", 1, 4)),
    "numbers that multiply": (
        "{along: channels, table: 30}",
        "{operation: multiply, along: channels, table: 30}",
    ),
    "a factor behind the table": (
        "{along: channels, table: 30}\n",
        "{along: channels, table: 30}\n- scale: 2\n",
    ),
}


@pytest.mark.parametrize("what", OTHER)
def test_what_is_no_attention_in_windows_is_not_taken_for_one(what: str) -> None:
    model = written(OTHER[what])
    assert "attend" not in {operation.name for operation in normal_form(model)}


SPEC = "- {space_to_depth: 2}\n- layernorm\n- {conv: {filters: 5, kernel: 1, bias: false}}\n"
SLICED = "".join(
    f"- {{slice: {{axis: height, start: {i}, step: 2}}, from: start}}\n"
    f"- {{slice: {{axis: width, start: {j}, step: 2}}, as: s{i}{j}}}\n"
    for j in (0, 1)
    for i in (0, 1)
)
PATCHES = {
    "slices": "- {identity: , as: start}\n" + SLICED + "- {concat: , from: [s00, s10, s01, s11]}\n",
    "views": "- rearrange: {pattern: '(h i) (w j) c -> h w (j i c)', sizes: {i: 2, j: 2}}\n",
}
FREE = "- layernorm\n- {conv: {filters: 5, kernel: 1, bias: false}}\n"


@pytest.mark.parametrize("how", PATCHES)
def test_patches_side_by_side_are_one_layer_in_any_order(how: str) -> None:
    spec, model = cnn.loads(HEAD + SPEC), cnn.loads(HEAD + PATCHES[how] + FREE)
    assert conform(spec, model).holds
    # Where somebody else sees the order, it counts.
    seen = (cnn.loads(HEAD + one + "- relu\n") for one in ("- {space_to_depth: 2}\n", PATCHES[how]))
    assert not conform(*seen).holds
