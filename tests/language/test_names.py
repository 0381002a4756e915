"""How steps are called, and how they are found."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn

HEAD = "cnn: 1\ninput: 31x37x3\n"


def load(body: str, **settings: object) -> cnn.Network:
    return cnn.loads(HEAD + body, name="net", settings=settings)


def ids(body: str, **settings: object) -> list[str]:
    return [str(node.id) for node in load(body, **settings)]


def faults(body: str) -> list[str]:
    with pytest.raises(cnn.SpecError) as caught:
        load(body)
    return [fault.message for fault in caught.value.faults]


def test_unnamed_steps_are_numbered_by_kind() -> None:
    assert ids("layers: [relu, tanh, relu, {convolution: {filters: 5, kernel: 1}}, relu]\n") == [
        "relu1",
        "tanh1",
        "relu2",
        "conv1",  # an alias counts as its kind
        "relu3",
    ]


def test_running_numbers_step_around_given_names() -> None:
    assert ids("layers: [relu, {relu: , as: relu2}, relu, {relu: , as: relu4}, relu]\n") == [
        "relu1",
        "relu2",
        "relu3",
        "relu4",
        "relu5",
    ]
    assert ids("layers: [relu, relu, {tanh: , as: relu1}]\n") == ["relu2", "relu3", "relu1"]


def test_each_list_of_a_block_a_branch_or_a_named_row_counts_for_itself() -> None:
    assert ids(
        "blocks: {cell: [relu]}\n"
        "layers: [relu, cell, {add: [[relu], [relu, relu]]}, "
        "{for: {a: [1, 2]}, as: row, do: [relu]}, {for: {a: [1, 2]}, do: [relu]}]\n"
    ) == [
        "relu1",
        "cell1/relu1",
        "add1/1/relu1",
        "add1/2/relu1",
        "add1/2/relu2",
        "add1",
        "row1/relu1",
        "row2/relu1",
        "relu2",
        "relu3",
    ]


def test_names_may_be_computed() -> None:
    assert ids(
        "params: {net: big}\n"
        "layers:\n"
        "  - {relu: , as: $net}\n"
        "  - {for: {w: [5, 7]}, as: '${net}_${index - 1}', do: [{relu: , as: 'act${w * 2}'}]}\n"
        "  - {relu: , as: 'r${index * 10}', repeat: 2}\n"
        "  - {relu: , as: in$in}\n"
    ) == ["big", "big_0/act10", "big_1/act14", "r10", "r20", "in3"]


def test_sources_may_be_computed() -> None:
    net = load(
        "layers:\n"
        "  - {for: {w: [5, 7]}, do: [{conv: {filters: $w, kernel: 1}, as: left$index}]}\n"
        "  - {for: {n: [2, 1]}, do: [{concat: , from: [^1, left$n], as: right$n}]}\n"
    )
    assert net["right2"].inputs == ("left2", "left2")
    assert net["right1"].inputs == ("right2", "left1")


def test_a_star_means_all_steps_of_a_number() -> None:
    net = load(
        "layers:\n"
        "  - {relu: , as: act, repeat: 3}\n"
        "  - {tanh: , as: act4}\n"
        "  - {for: {n: [1, 2]}, as: row, do: [elu]}\n"
        "  - {add: , from: act*}\n"
        "  - {add: , from: [row*, act*, ^1]}\n"
        "  - {add: [act*, [selu], row*]}\n"
    )
    acts, rows = ("act1", "act2", "act3", "act4"), ("row1/elu1", "row2/elu1")
    assert net["add1"].inputs == acts
    assert net["add2"].inputs == (*rows, *acts, "add1")
    assert net["add3"].inputs == (*acts, "add3/2/selu1", *rows)


def test_a_star_means_the_steps_of_the_innermost_list_that_has_any() -> None:
    net = load(
        "layers: [{relu: , as: a, repeat: 2}, {tanh: , as: b, repeat: 2}, "
        "{add: [[{elu: , as: a, repeat: 3}, {add: , from: [a*, b*]}], []]}]\n"
    )
    assert net["add1/1/add1"].inputs == ("add1/1/a1", "add1/1/a2", "add1/1/a3", "b1", "b2")


def test_a_star_ends_where_a_number_is_missing() -> None:
    net = load("layers: [{relu: , as: a, repeat: 2}, {tanh: , as: a4}, {add: , from: a*}]\n")
    assert net["add1"].inputs == ("a1", "a2")


def test_stars_reach_into_blocks_and_into_steps_before() -> None:
    net = load(
        "blocks:\n"
        "  split: [{for: {n: [1, 2]}, as: out, do: [relu]}, tanh]\n"
        "  two:\n"
        "    inputs: [a, b]\n"
        "    layers: [{relu: , from: a, as: out1}, {elu: , from: b, as: out2}]\n"
        "layers:\n"
        "  - {split: , as: s}\n"
        "  - {two: , from: ^1/out*}\n"
        "  - {two: , from: ^1/out*, repeat: 2}\n"
        "  - {add: , from: s/out*}\n"
        "  - {relu: , from: ^2/out2}\n"
        "outputs: [two*, add1, relu1]\n"
    )
    assert net["two1/out2"].inputs == ("s/out2/relu1",)
    assert net["two2/out1"].inputs == ("two1/out1",)
    assert net["two3/out2"].inputs == ("two2/out2",)
    assert net["add1"].inputs == ("s/out1/relu1", "s/out2/relu1")
    assert net["relu1"].inputs == ("two3/out2",)
    assert net.outputs == ("two1/out2", "two2/out2", "two3/out2", "add1", "relu1")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "layers: [relu, {add: , from: act*}]\n",
            (
                "net:3:30: error: 'act*' names no step: there is no step 'act1' here\n"
                "  |\n3 | layers: [relu, {add: , from: act*}]\n"
                "  |                              ^^^^\n"
                "  help: known here: input, relu1; name a step with 'as: act1'"
            ),
        ),
        (
            "layers: [relu, {add: , from: ^1/out*}]\n",
            (
                "net:3:30: error: '^1/out*' reaches into a step that is not a block\n"
                "  |\n3 | layers: [relu, {add: , from: ^1/out*}]\n"
                "  |                              ^^^^^^^\n"
                "  help: read the step itself: from: ^1"
            ),
        ),
        (
            "layers: [relu, {tanh: , from: ^3/out1}]\n",
            (
                "net:3:31: error: '^3/out1' goes back 3 steps, but only 2 come before it in this "
                "list, the one that goes in included: 3 > 2\n"
                "  |\n3 | layers: [relu, {tanh: , from: ^3/out1}]\n"
                "  |                               ^^^^^^^\n"
                "  help: ^1 is the step before, ^2 the one before that"
            ),
        ),
        (
            "blocks: {b: [relu]}\nlayers: [b, {tanh: , from: ^1/out1}]\n",
            "net:4:28: error: there is no step 'b1/out1' here\n",
        ),
        (
            "layers: [{add: , from: a*}, {relu: , as: a, repeat: 2}]\n",
            "net:3:24: error: 'a1' is not an earlier step: reading it would close a cycle\n",
        ),
    ],
)
def test_what_a_star_does_not_find(body: str, message: str) -> None:
    with pytest.raises(cnn.SpecError) as caught:
        load(body)
    assert str(caught.value).startswith(message)


def test_steps_that_are_read_by_a_star_count() -> None:
    text = "layers: [{relu: , as: a, repeat: 900}, {add: , from: a*, repeat: 1200}]\n"
    assert faults(text) == [
        (
            "the spec goes through more than 100,000 steps, the bound on a network; "
            "those that are left out count, too"
        )
    ]


def test_a_fault_that_hides_numbered_steps_is_told_once() -> None:
    assert faults("layers: [{nope: , as: a, repeat: 2}, {add: , from: a*}]\n") == [
        "unknown layer kind or block 'nope'; did you mean 'none'?"
    ]
    assert faults("layers: [{nope: , as: a$index, repeat: 2}, {add: , from: a*}]\n") == [
        "unknown layer kind or block 'nope'; did you mean 'none'?"
    ]


def test_paths_lead_into_blocks_rows_and_branches() -> None:
    net = load(
        "blocks: {inner: [{relu: , as: deep}, tanh], cell: [{inner: , as: in1}, relu]}\n"
        "layers:\n"
        "  - {cell: , as: a}\n"
        "  - add: [a/in1/deep, a/in1, a, a/relu1, [{elu: , from: a/in1/tanh1}]]\n"
        "  - {relu: , from: add1/5/elu1}\n"
    )
    assert net["add1"].inputs == (
        "a/in1/deep",
        "a/in1/tanh1",
        "a/relu1",
        "a/relu1",
        "add1/5/elu1",
    )
    assert net["relu1"].inputs == ("add1/5/elu1",)


def test_a_name_means_the_innermost_step() -> None:
    net = load(
        "layers: [{relu: , as: a}, {tanh: , as: b}, "
        "{add: [[{elu: , as: a}, {relu: , from: a}, {relu: , from: b}], []]}]\n"
    )
    assert net["add1/1/relu1"].inputs == ("add1/1/a",)
    assert net["add1/1/relu2"].inputs == ("b",)


def test_a_path_inside_a_block_stays_in_it() -> None:
    assert faults(
        "blocks: {cell: [relu, {relu: , from: stem/relu1}]}\n"
        "layers: [{cell: , as: stem}, {cell: , as: top}]\n"
    ) == ["there is no step 'stem/relu1' here; did you mean 'relu1'?"]


def test_input_is_the_networks_input_in_the_list_of_layers() -> None:
    net = load("layers: [tanh, {relu: , from: input}, {add: [input, []]}]\n")
    assert net["relu1"].inputs == ("input",)
    assert net["add1"].inputs == ("input", "relu1")


@pytest.mark.parametrize(
    "body",
    [
        "layers: [{relu: , as: a, from: a}]\n",
        "layers: [{relu: , from: a}, {relu: , as: a}]\n",
        "layers: [{add: [a, []]}, {relu: , as: a}]\n",
        "layers: [{add: [[{tanh: , from: a}], []]}, {relu: , as: a}]\n",
        "layers: [{bn: , share: a}, {bn: , as: a}]\n",
        "layers: [{relu: , from: a}, {relu: , as: 'a${index}', repeat: 2}, {relu: , as: a}]\n",
        "blocks: {b: [{relu: , from: a}, {relu: , as: a}]}\nlayers: [b]\n",
    ],
)
def test_a_later_step_would_close_a_cycle(body: str) -> None:
    assert faults(body) == ["'a' is not an earlier step: reading it would close a cycle"]


def test_a_cycle_through_a_running_number() -> None:
    assert faults("layers: [{relu: , from: tanh1}, tanh]\n") == [
        "'tanh1' is not an earlier step: reading it would close a cycle"
    ]


@pytest.mark.parametrize(
    ("broken", "reader"),
    [
        ("covn: 3", "{relu: , from: covn1}"),
        ("{conv: {filters: 5, kernal: 3}, as: a}", "{relu: , from: a}"),
        ("{conv: 3, kernel: 3, as: a}", "{add: [a, []]}"),
        ("{for: {n: [1, 2], m: [1]}, as: row, do: [{relu: , as: a}]}", "{relu: , from: row2/a}"),
        ("{for: {n: $nope}, do: [{relu: , as: a}]}", "{relu: , from: a}"),
        ("{relu: , as: a, when: 3}", "{relu: , from: a}"),
        ("{cell: 3, as: a}", "{relu: , from: a/relu1}"),
        ("{$nope: , as: a}", "{relu: , from: ^1}"),
        ("{relu: , as: a$nope}", "{relu: , from: ^1}"),
    ],
)
def test_a_fault_draws_no_second_one(broken: str, reader: str) -> None:
    body = "blocks: {cell: [relu]}\nlayers:\n  - relu\n  - %s\n  - %s\n"
    assert len(faults(body % (broken, reader))) == 1


def test_but_a_misspelt_name_is_told_beside_it() -> None:
    assert faults("layers: [covn, {relu: , as: stem}, {relu: , from: stm}]\n") == [
        "unknown layer kind or block 'covn'; did you mean 'conv'?",
        "there is no step 'stm' here; did you mean 'stem'?",
    ]


def test_what_is_known_is_listed_up_to_a_bound() -> None:
    with pytest.raises(cnn.SpecError) as caught:
        load("layers: [{relu: , repeat: 30}, {relu: , from: nowhere}]\n")
    known = caught.value.faults[0].help
    assert known.startswith("known here: input, relu1, relu2, ")
    assert known.endswith(", relu19, ...; name a step with 'as: nowhere'")


def advice(body: str) -> tuple[str, str]:
    with pytest.raises(cnn.SpecError) as caught:
        load(body)
    (fault,) = caught.value.faults
    return fault.message, fault.help


def test_the_input_inside_a_block_is_told_by_the_name_it_has_there() -> None:
    body = "blocks: {cell: [relu, {tanh: , from: input}]}\nlayers: [cell]\n"
    assert advice(body) == (
        "there is no step 'input' here",
        "inside a block what comes in is called x; known here: x, relu1",
    )
    body = (
        "blocks: {cell: {inputs: [a, b], layers: [{add: [[{relu: , from: input}], b]}]}}\n"
        "layers: [{relu: , as: c}, {cell: , from: [c, c]}]\n"
    )
    assert advice(body) == (
        "there is no step 'input' here",
        "inside a block what comes in is called a or b; known here: a, b",
    )


def test_neither_the_step_itself_nor_later_ones_are_told_as_known() -> None:
    body = "layers: [relu, {tanh: , from: conv7}, {conv: {filters: 5, kernel: 1}}, tanh]\n"
    assert advice(body) == (
        "there is no step 'conv7' here",
        "known here: input, relu1; name a step with 'as: conv7'",
    )


def test_a_path_is_not_advised_as_a_name() -> None:
    message, remedy = advice("layers: [relu, {tanh: , from: cell/relu7}]\n")
    assert (message, remedy) == ("there is no step 'cell/relu7' here", "known here: input, relu1")


def test_an_unknown_branch_is_told_which_steps_may_stand_there() -> None:
    assert advice("layers: [relu, {concat: [relu1, elsewhere]}]\n") == (
        "unknown layer kind or block 'elsewhere'",
        (
            "'cnnanalyze layers' lists the kinds; a branch may also name a step; "
            "known here: input, relu1"
        ),
    )
    assert advice("layers: [relu, nowhere]\n")[1] == "'cnnanalyze layers' lists the kinds"
