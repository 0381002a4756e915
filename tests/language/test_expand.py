"""What a list of steps becomes: conditions, repetitions, tables, joins, and the bounds on them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.crosscheck.balance import balance
from cnnanalyze.language.variables import Variables
from cnnanalyze.layers.base import KINDS

Same = Callable[[str, str], None]
HEAD = "cnn: 1\ninput: 31x37x3\n"


def load(body: str, **settings: object) -> cnn.Network:
    return cnn.loads(HEAD + body, name="net", settings=settings)


def refusal(body: str) -> str:
    with pytest.raises(cnn.SpecError) as caught:
        load(body)
    return str(caught.value)


def kinds(body: str, **settings: object) -> list[str]:
    return [node.kind for node in load(body, **settings)]


def wiring(body: str) -> dict[str, tuple[str, ...]]:
    return {node.id: node.inputs for node in load(body)}


# --- conditions ----------------------------------------------------------------------------------


def test_when_false_passes_on_and_else_takes_the_place() -> None:
    body = (
        "params: {deep: true}\n"
        "layers: [{tanh: , when: $deep}, {relu: , when: not $deep}, "
        "{elu: , when: $deep, else: {softmax: }}, {elu: , when: not $deep, else: sigmoid}]\n"
    )
    assert kinds(body) == ["tanh", "elu", "sigmoid"]
    assert kinds(body, deep=False) == ["relu", "softmax", "elu"]


def test_when_false_is_the_identity_under_its_name() -> None:
    assert wiring(
        "layers: [{tanh: , as: a}, {relu: , as: b, when: false}, {elu: , from: b}, "
        "{relu: , as: c, when: false, from: a}, elu]\n"
    ) == {"a": ("input",), "elu1": ("a",), "elu2": ("a",)}


def test_else_inherits_name_and_source_but_may_have_its_own() -> None:
    assert wiring(
        "layers: [{tanh: , as: a}, relu, {elu: , as: b, from: a, when: false, else: softmax}, "
        "{elu: , as: c, when: false, else: {softmax: , as: d, from: a}}, {relu: , from: [b]}]\n"
    ) == {"a": ("input",), "relu1": ("a",), "b": ("a",), "d": ("a",), "relu2": ("b",)}


def test_else_may_be_a_table_a_block_or_another_choice() -> None:
    body = (
        "params: {n: 1}\n"
        "blocks: {cell: [relu, relu]}\n"
        "layers: [{tanh: , when: $n == 1, else: {cell: , when: $n == 2, "
        "else: {for: {a: [1, 2, 3]}, do: [elu]}}}]\n"
    )
    assert [len(load(body, n=n)) for n in (1, 2, 3)] == [1, 2, 3]


def test_when_decides_on_what_the_step_reads() -> None:
    assert kinds(
        "layers: [{conv: {filters: 5, kernel: 1}, as: a}, {relu: , when: $in == 5}, "
        "{tanh: , when: $in == 3, from: input}]\n"
    ) == ["conv", "relu", "tanh"]


@pytest.mark.parametrize(
    ("layers", "placed"),
    [
        ("[{conv: {filters: 32, kernel: 1}, when: $in == 16}, {relu: , when: $in != 16}]", 2),
        ("[{conv: {filters: 32, kernel: 1}, when: $in == 16, else: relu}]", 1),
        ("[{cell: }]", 1),
    ],
)
def test_of_two_steps_with_opposite_conditions_both_may_stand(layers: str, placed: int) -> None:
    cell = (
        "{params: {entry: $in}, layers: [{conv: {filters: 32, kernel: 1}, when: $entry == 16}, "
        "{relu: , when: $entry != 16}]}"
    )
    net = cnn.loads(f"{{cnn: 1, input: 8x8x16, blocks: {{cell: {cell}}}, layers: {layers}}}")
    assert len(net) == placed


# --- repetitions ---------------------------------------------------------------------------------

STEPS = [
    "{{conv: {{filters: 5, kernel: 3, padding: same}}{more}}}",
    "{{maxpool: {{kernel: 2, stride: 1}}{more}}}",
    "{{add: [[tanh], []]{more}}}",
    "{{concat: [relu, tanh, ^1]{more}}}",
    "{{cell: 7{more}}}",
]
CELL = "blocks: {cell: {params: {f: }, layers: [{conv: {filters: $f, kernel: 1}}, relu]}}\n"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_repeat_is_as_many_copies(step: str, count: int, same: Same) -> None:
    repeated = step.format(more=f", repeat: {count}")
    copies = ", ".join([step.format(more="")] * count)
    same(f"{HEAD}{CELL}layers: [{repeated}, elu]\n", f"{HEAD}{CELL}layers: [{copies}, elu]\n")


@pytest.mark.parametrize("step", STEPS)
def test_repeat_0_is_nothing(step: str, same: Same) -> None:
    same(
        f"{HEAD}{CELL}layers: [{step.format(more=', repeat: 0, as: a')}, {{elu: , from: a}}]\n",
        f"{HEAD}layers: [elu]\n",
    )


def test_repeat_may_be_an_expression_and_knows_its_number() -> None:
    net = load(
        "params: {n: 3}\n"
        "layers: [{conv: {filters: $in + 10 * $index, kernel: 1}, repeat: 2 * $n - 3}, "
        "{relu: , as: a$index, repeat: 2}, {relu: , as: b, repeat: 2}, {relu: , repeat: 1.0}]\n"
    )
    assert [n.output.channels for n in net][:3] == [13, 33, 63]
    assert [n.id for n in net] == ["conv1", "conv2", "conv3", "a1", "a2", "b1", "b2", "relu1"]


def test_a_repeated_step_is_found_by_number_and_the_last_by_name() -> None:
    found = wiring("layers: [{relu: , as: a, repeat: 3}, {add: , from: [a1, a]}]\n")
    assert found["add1"] == ("a1", "a3")


def test_relative_sources_move_on_with_each_repetition() -> None:
    assert wiring("layers: [tanh, relu, {add: , from: [^1, ^2], repeat: 3}]\n") == {
        "tanh1": ("input",),
        "relu1": ("tanh1",),
        "add1": ("relu1", "tanh1"),
        "add2": ("add1", "relu1"),
        "add3": ("add2", "add1"),
    }


def test_parallel_copies_read_one_step() -> None:
    found = wiring(
        "layers: [tanh, {relu: , from: tanh1, repeat: 2}, {add: , from: [relu1, relu2]}]\n"
    )
    assert found == {
        "tanh1": ("input",),
        "relu1": ("tanh1",),
        "relu2": ("tanh1",),
        "add1": ("relu1", "relu2"),
    }


# --- tables --------------------------------------------------------------------------------------


@given(
    rows=st.lists(
        st.tuples(
            st.integers(1, 13), st.sampled_from([1, 3, 5]), st.sampled_from(["relu", "tanh"])
        ),
        max_size=5,
    )
)
def test_a_table_is_its_rows_written_out(rows: list[tuple[int, int, str]]) -> None:
    columns = [list(c) for c in zip(*rows, strict=True)] or [[], [], []]
    table = f"{{f: {columns[0]}, k: {columns[1]}, act: [{', '.join(map(str, columns[2]))}]}}"
    short = load(
        f"layers:\n  - for: {table}\n"
        "    do: [{conv: {filters: $f, kernel: $k, padding: same}}, $act]\n"
        "  - softmax\n"
    )
    written = "".join(
        f"  - {{conv: {{filters: {f}, kernel: {k}, padding: same}}}}\n  - {act}\n"
        for f, k, act in rows
    )
    long = load(f"layers:\n{written}  - softmax\n")
    assert [(n.id, n.layer, n.inputs) for n in short] == [(n.id, n.layer, n.inputs) for n in long]


def test_rows_may_be_named_and_nested() -> None:
    net = load(
        "layers:\n"
        "  - for: {f: [5, 7], n: [1, 2]}\n"
        "    as: stage\n"
        "    do:\n"
        "      - for: {k: range($n)}\n"
        "        as: unit\n"
        "        do: [{conv: {filters: $f + $k + 10 * $index, kernel: 1}}]\n"
        "      - {relu: , as: act}\n"
        "  - {add: , from: [stage1/act, stage1, stage1/unit1], when: false}\n"
        "  - {concat: , from: [stage1, stage2/unit1, stage2/act]}\n"
    )
    assert [(n.id, n.output.channels) for n in net] == [
        ("stage1/unit1/conv1", 15),
        ("stage1/act", 15),
        ("stage2/unit1/conv1", 17),
        ("stage2/unit2/conv1", 28),
        ("stage2/act", 28),
        ("concat1", 60),
    ]
    assert net["concat1"].inputs == ("stage1/act", "stage2/unit1/conv1", "stage2/act")


def test_columns_may_be_parameters_and_tables_conditional() -> None:
    body = (
        "params: {widths: [5, 7], on: true}\n"
        "defaults: {conv: {kernel: 1}}\n"
        "layers: [{for: {w: $widths}, do: [{conv: $w}], when: $on, else: relu}]\n"
    )
    assert [n.output.channels for n in load(body)] == [5, 7]
    assert [n.output.channels for n in load(body, widths=[11, 13, 17])] == [11, 13, 17]
    assert kinds(body, on=False) == ["relu"]


def test_rows_go_back_over_their_border() -> None:
    found = wiring(
        "layers: [tanh, {for: {a: [1, 2]}, as: s, do: [relu, {add: , from: [^1, ^2]}]}]\n"
    )
    assert found["s1/add1"] == ("s1/relu1", "tanh1")
    assert found["s2/add1"] == ("s2/relu1", "s1/add1")


# --- joins ---------------------------------------------------------------------------------------


def test_branches_are_names_steps_lists_or_nothing() -> None:
    net = load(
        "layers:\n"
        "  - {conv: {filters: 5, kernel: 1}, as: stem}\n"
        "  - {relu: , as: act}\n"
        "  - add: [stem, tanh, [relu, {tanh: , as: last}], [], ]\n"
        "  - concat: [stem, ^1, {tanh: , from: act}, add1/3/last, ~]\n"
    )
    assert net["add1"].inputs == ("stem", "add1/2/tanh1", "add1/3/last", "act")
    assert net["concat1"].inputs == ("stem", "add1", "concat1/3/tanh1", "add1/3/last", "add1")


def test_a_branch_that_is_not_taken_is_the_identity() -> None:
    net = load("layers: [relu, {add: [tanh, {conv: {filters: 5, kernel: 1}, when: $in != 3}]}]\n")
    assert net["add1"].inputs == ("add1/1/tanh1", "relu1")


def test_branches_see_the_names_around_them_but_keep_theirs() -> None:
    net = load(
        "layers:\n"
        "  - {relu: , as: stem}\n"
        "  - add:\n"
        "      - [{tanh: , as: a}, {add: [{elu: , from: stem}, a]}]\n"
        "      - [{elu: , from: stem, as: a}]\n"
        "  - {relu: , from: add1/2/a}\n"
    )
    assert net["add1/1/add1"].inputs == ("add1/1/add1/1/elu1", "add1/1/a")
    assert net["relu1"].inputs == ("add1/2/a",)
    assert "there is no step 'a' here" in refusal(
        "layers: [{add: [[{tanh: , as: a}], []]}, {relu: , from: a}]\n"
    )


def test_joins_read_named_steps() -> None:
    net = load("layers: [{relu: , as: a}, {tanh: , as: b}, {maximum: , from: [a, b, input]}]\n")
    assert net["maximum1"].inputs == ("a", "b", "input")


# --- outputs and frozen layers -------------------------------------------------------------------


def test_outputs_are_the_last_step_or_the_named_ones() -> None:
    body = "layers: [{relu: , as: a}, {conv: {filters: 5, kernel: 1}, as: b}, tanh]\n"
    assert load(body).outputs == ("tanh1",)
    assert load(body + "outputs: [a, b, a]\n").outputs == ("a", "b")
    assert load(body + "outputs: a\n").outputs == ("a",)
    cell = "blocks: {cell: [relu, relu]}\nlayers: [{cell: , as: a}, tanh]\n"
    assert load(cell + "outputs: [tanh1, a, a/relu1]\n").outputs == ("tanh1", "a/relu2", "a/relu1")


def test_frozen_steps_blocks_and_rows() -> None:
    net = load(
        "params: {thaw: 2}\n"
        "defaults: {conv: {filters: 5, kernel: 1}}\n"
        "blocks: {cell: [conv, {conv: , frozen: false}]}\n"
        "layers:\n"
        "  - {conv: , frozen: true}\n"
        "  - {cell: , frozen: true}\n"
        "  - cell\n"
        "  - {for: {a: [1, 2, 3]}, frozen: $index < $thaw, do: [conv]}\n"
    )
    assert [n.frozen for n in net] == [True, True, True, False, False, True, False, False]


# --- bounds --------------------------------------------------------------------------------------


def test_repetitions_are_bounded_before_anything_is_laid_out() -> None:
    assert refusal("layers: [{relu: , repeat: 1000000000}]\n") == (
        "net:3:27: error: 'repeat' is 1,000,000,000, but a network may have at most 100,000 steps: "
        "1,000,000,000 > 100,000\n"
        "  |\n"
        "3 | layers: [{relu: , repeat: 1000000000}]\n"
        "  |                           ^^^^^^^^^^\n"
        "  help: repeat it less often"
    )


def test_steps_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnanalyze.language.expand.MOST_STEPS", 1000)
    load("layers: [{relu: , repeat: 1000}]\n")
    for body in (
        "layers: [{relu: , repeat: 1001}]\n",
        "blocks: {a: [{relu: , repeat: 9}]}\nlayers: [{a: , repeat: 101}]\n",
        "layers: [{for: {a: [1, 2, 3]}, do: [{relu: , repeat: 333}]}]\n",
    ):
        assert "the spec goes through more than 1,000 steps, the bound on a network" in refusal(
            body
        )


def rows_of(step: str) -> str:
    """Return a table in a table with nearly 100,000 rows."""
    inner = f"{{for: {{b: $range(99)}}, do: [{step}]}}"
    return f"layers: [{{for: {{a: $range(1000)}}, do: [{inner}]}}]\n"


@pytest.mark.parametrize(
    "body",
    [
        # Nothing of this ever becomes a layer, but all of it takes time.
        "params: {n: 1000}\nlayers: [{for: {a: range($n)}, do: [{for: {b: range($n)}, do: []}]}]\n",
        "blocks: {a: []}\nlayers: [{for: {a: [1, 2]}, do: [{a: , repeat: 99999}]}]\n",
        "blocks:\n"
        + "".join(f"  b{i}: [b{i + 1}, b{i + 1}]\n" for i in range(40))
        + "  b40: [{relu: , when: false}]\nlayers: [b0]\n",
        rows_of("{relu: , when: false}"),
        rows_of("{relu: , repeat: 0}"),
        rows_of("{relu: , when: false, else: {bn: , when: false}}"),
    ],
    ids=["rows", "empty blocks", "doubling blocks", "left out", "no times", "else left out"],
)
@pytest.mark.thorough
def test_work_without_layers_is_bounded_too(body: str) -> None:
    assert "the spec goes through more than 100,000 steps, the bound on a network" in refusal(body)


def test_a_call_with_many_parameters_counts_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnanalyze.language.expand.MOST_STEPS", 1_000)
    names = ", ".join(f"p{n}: {n}" for n in range(100))
    block = f"blocks: {{a: {{params: {{{names}}}, layers: [relu]}}}}\n"
    load(f"{block}layers: [{{a: , repeat: 80}}]\n")
    body = f"{block}layers: [{{a: , repeat: 90}}]\n"
    assert "the spec goes through more than 1,000 steps" in refusal(body)


def test_steps_do_not_copy_what_they_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parameters times steps would be a million entries here."""
    copied = 0
    plain = Variables.bind

    def bind(self: Variables, inner: dict[str, object]) -> Variables:
        nonlocal copied
        made = plain(self, inner)
        copied += len(made._parts[0].names)
        return made

    monkeypatch.setattr(Variables, "bind", bind)
    names = "".join(f"  p{n}: {n + 1}\n" for n in range(1_000))
    steps = "".join(f"- {{conv: {{filters: $p{n}, kernel: 1}}}}\n" for n in range(1_000))
    load(f"params:\n{names}layers:\n{steps}")
    assert copied < 20_000


DEEP = {
    "blocks": "blocks:\n"
    + "".join(f"  b{i}: [b{i + 1}]\n" for i in range(60))
    + "  b60: [relu]\nlayers: [b0]\n",
    "tables in blocks": "blocks:\n"
    + "".join(f"  b{i}: [{{for: {{a: [1]}}, do: [b{i + 1}]}}]\n" for i in range(60))
    + "  b60: [relu]\nlayers: [b0]\n",
    "branches in blocks": "blocks:\n"
    + "".join(f"  b{i}: [{{add: [b{i + 1}, []]}}]\n" for i in range(60))
    + "  b60: [relu]\nlayers: [b0]\n",
    "choices in blocks": "blocks:\n"
    + "".join(
        f"  b{i}: [{'{relu: , when: false, else: ' * 20}b{i + 1}{'}' * 20}]\n" for i in range(60)
    )
    + "  b60: [relu]\nlayers: [b0]\n",
}


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
def test_depth_is_bounded(body: str) -> None:
    said = refusal(body)
    assert "blocks, branches and tables are nested deeper than 50, the bound\n" in said


def test_literal_nesting_is_bounded_by_the_reader() -> None:
    for opening, closing in (("{add: [[", "], []]}"), ("{for: {a: [1]}, do: [", "]}")):
        body = f"layers: [{opening * 90}relu{closing * 90}]\n"
        assert "nested deeper than" in refusal(body)
        shallow = load(f"layers: [{opening * 20}relu{closing * 20}]\n")
        assert shallow.nodes[0].kind == "relu"


def test_a_trillion_pixels_are_analysed_but_not_run() -> None:
    net = cnn.loads(
        "cnn: 1\nname: sky\ninput: 1000000x1000000x3\n"
        "layers: [{conv: {filters: 5, kernel: 3, padding: same}}, relu]\n"
    )
    report = cnn.analyze(net)
    assert report.total.operations("mac") == 135 * 10**12
    assert report["relu1"].output == cnn.Shape((10**6, 10**6), 5)
    with pytest.raises(cnn.CnnError) as caught:
        balance(net)
    assert str(caught.value) == (
        "error: running sky would need about 74,505.9 GiB: 140 parameters and 10,000,000,000,000 "
        "activations alive at 'relu1'; allowed are 1.0 GiB\n"
        "  help: allow it with '--memory 74506GiB', or verify the network with a smaller input"
    )


# --- somebody else's kinds -----------------------------------------------------------------------


def test_a_faulty_kind_is_named() -> None:
    with KINDS.scoped():

        @cnn.layer("acme.broken")
        class Broken(cnn.Layer):
            """Divides by zero."""

            def shape(self, *inputs: cnn.Shape) -> cnn.Shape:
                return cnn.Shape((inputs[0].channels // 0,), 1)

            def cost(self, output: cnn.Shape, *inputs: cnn.Shape) -> None:
                pass

        with pytest.raises(cnn.CnnError) as caught:
            load("layers: [acme.broken]\n")
    assert str(caught.value) == (
        "error: the rule for the shape of layer kind 'acme.broken' fails on 31x37x3: "
        "ZeroDivisionError: integer division or modulo by zero\n"
        "  help: this is a fault of the layer kind, not of the spec"
    )
