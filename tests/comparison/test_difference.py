"""The difference of two networks: its laws, and what it says of small edits."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.analysis.quantities import of_network
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.comparison.difference import compare
from cnnanalyze.comparison.quantity import compared, shown, summed
from cnnanalyze.comparison.result import Aspect, Comparison
from cnnanalyze.core.quantities import find
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import UsageError
from tests.comparison.conftest import Pair
from tests.strategies.networks import specs

SOME = ("lenet5", "resnet18", "densenet121", "googlenet", "mobilenet_v2", "unet", "xception")


def analysis_of(text: str) -> Analysis:
    return cnn.analyze(cnn.loads(text)).analysis


# --- laws -----------------------------------------------------------------------------------------


def check_laws(one: Analysis, other: Analysis) -> None:
    """Check what holds for any two networks."""
    found = compare(one, other)
    assert compare(other, one) == found.mirrored()
    olds = [c.before.node.id for c in found.changes if c.before]
    news = [c.after.node.id for c in found.changes if c.after]
    assert (sorted(olds), sorted(news)) == (sorted(one.facts), sorted(other.facts))
    assert olds == list(one.facts) or news == list(other.facts)
    for quantity in compared():
        total = (of_network(quantity, other) or 0) - (of_network(quantity, one) or 0)
        assert found.total(quantity).change == total
        if quantity in summed():
            assert sum(c.delta(quantity).change for c in found.changes) == total
            for depth in (1, 2):
                groups = found.groups(depth)
                assert sum(g.delta(quantity).change for g in groups) == total


@given(specs())
def test_a_network_does_not_differ_from_itself(text: str) -> None:
    one, other = analysis_of(text), analysis_of(text)
    found = compare(one, other)
    assert found.is_empty
    assert list(found) == []
    assert found.renamed == 0
    assert found.counts == {"added": 0, "removed": 0, "changed": 0, "equal": len(one)}
    assert all(found.total(q).change == 0 for q in compared())


@given(specs(), specs())
def test_laws_for_any_two_networks(one: str, other: str) -> None:
    check_laws(analysis_of(one), analysis_of(other))


@pytest.mark.parametrize("name", SOME)
def test_laws_for_well_known_networks(name: str) -> None:
    check_laws(cnn.analyze(f"zoo:{name}").analysis, cnn.analyze("zoo:resnet50").analysis)


@given(specs(), st.data())
def test_one_inserted_layer_is_one_that_was_added(text: str, data: st.DataObject) -> None:
    document: dict[str, Any] = yaml.safe_load(text)  # noqa: TID251 - what the strategy wrote
    at = data.draw(st.integers(0, len(document["layers"])))
    document["layers"].insert(at, {"dropout": 0.29})
    longer = yaml.safe_dump(document, sort_keys=False)
    one, other = analysis_of(text), analysis_of(longer)
    (found,) = compare(one, other)
    assert found.status == "added"
    assert found.facts.node.kind == "dropout"
    (gone,) = compare(other, one)
    assert gone.status == "removed"


@given(specs(), st.sampled_from(("name", "family", "source")))
def test_words_in_the_header_make_no_difference(text: str, key: str) -> None:
    document: dict[str, Any] = yaml.safe_load(text)  # noqa: TID251
    other = yaml.safe_dump({**document, key: "another"}, sort_keys=False)
    assert compare(analysis_of(text), analysis_of(other)).is_empty


# --- what is said of edits ------------------------------------------------------------------------

CONV = "{conv: {filters: 7, kernel: 3, padding: same}}"


def show_tree(found: Comparison) -> list[tuple[str, str, tuple[Aspect, ...]]]:
    return [(c.status, c.path, c.aspects) for c in found]


def test_an_attribute_that_changed_is_named(pair: Pair) -> None:
    found = pair(f"{CONV}, relu", f"{CONV.replace('3, p', '5, p')}, relu")
    assert show_tree(found) == [("changed", "conv1", (Aspect("kernel", 3, 5),))]


def test_shapes_that_follow_are_told_apart(pair: Pair) -> None:
    found = pair(f"{CONV}, relu, gap", f"{CONV.replace('7', '11')}, relu, gap")
    assert [(c.path, c.follows) for c in found] == [
        ("conv1", False),
        ("relu1", True),
        ("global_avgpool1", True),
    ]
    one, other = Shape((23, 29), 7), Shape((23, 29), 11)
    assert show_tree(found)[0][2] == (Aspect("filters", 7, 11), Aspect("output", one, other))
    assert show_tree(found)[1][2] == (
        Aspect("input", (one,), (other,)),
        Aspect("output", one, other),
    )
    assert found.following == 2
    assert found.marks("after") == {"conv1": "changed"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{maxpool: 2}", "{maxpool: {kernel: [2, 2], stride: [2, 2]}}"),
        ("{maxpool: {kernel: 3, padding: 1}}", "{maxpool: {kernel: 3, padding: [[1, 1], [1, 1]]}}"),
        ("{conv: {filters: 5, kernel: 3}}", "{conv: {filters: 5, kernel: [3, 3], stride: 1}}"),
        ("{conv: {filters: 5, kernel: 3}}", "{conv: {filters: 5, kernel: 3, padding: 0}}"),
        (
            "{conv: {filters: 5, kernel: 3, padding: same}}",
            "{conv: {filters: 5, kernel: 3, padding: 1}}",
        ),
        (
            "{avgpool: {kernel: 2, stride: 1, padding: same}}",
            "{avgpool: {kernel: 2, stride: 1, padding: [[0, 1], [0, 1]]}}",
        ),
        (
            "{transposed_conv: {filters: 5, kernel: 5, padding: same}}",
            "{transposed_conv: {filters: 5, kernel: 5, padding: 2}}",
        ),
        ("{upsample: 2}", "{upsample: {size: [46, 58]}}"),
        ("{zeropad: 3}", "{zeropad: [[3, 3], [3, 3]]}"),
        ("{leaky_relu: 1}", "{leaky_relu: 1.0}"),
    ],
)
def test_two_ways_to_write_the_same_make_no_difference(pair: Pair, one: str, other: str) -> None:
    assert pair(one, other).is_empty


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("padding: valid", "padding: same"),
        ("padding: same", "padding: 2"),
        ("padding: [0, 1]", "padding: [1, 0]"),
    ],
)
def test_another_padding_is_a_difference(pair: Pair, one: str, other: str) -> None:
    conv = "{conv: {filters: 5, kernel: 3, PADDING}}"
    (change,) = pair(conv.replace("PADDING", one), conv.replace("PADDING", other))
    assert change.aspects[0].name == "padding"


def test_a_padding_that_is_written_alike_is_no_difference_where_more_is_laid() -> None:
    # 'same' at stride 2 lays no zero before 23 rows and one behind 24.
    one, other = (
        analysis_of(
            f"{{cnn: 1, input: {size}x29x3, layers: "
            "[{conv: {filters: 5, kernel: 3, stride: 2, padding: same}}]}"
        )
        for size in (23, 24)
    )
    (change,) = compare(one, other)
    assert [a.name for a in change.aspects] == ["input"]


@pytest.mark.parametrize("join", ["add", "multiply", "maximum", "average"])
def test_the_order_of_what_is_joined_in_any_order_is_no_difference(pair: Pair, join: str) -> None:
    layers = f"{{relu: , as: a}}, {{gap: , as: b}}, {{{join}: , from: [a, b]}}"
    assert pair(layers, layers.replace("a, b", "b, a")).is_empty
    branches = f"{{{join}: [[{{conv: {{filters: 3, kernel: 1}}}}], []]}}"
    assert pair(branches, f"{{{join}: [[], [{{conv: {{filters: 3, kernel: 1}}}}]]}}").is_empty
    named = "{relu: , as: a}, {gap: , as: b}, {tanh: , from: a, as: c}"
    more = f"{named}, {{{join}: , from: [a, b]}}"
    found = pair(more, more.replace("a, b", "b, c"))
    assert show_tree(found) == [("changed", f"{join}1", (Aspect("reads", ("a",), ("c",)),))]


def test_the_order_of_what_is_concatenated_is_a_difference(pair: Pair) -> None:
    layers = "{relu: , as: a}, {tanh: , from: input, as: b}, {concat: , from: [a, b]}"
    found = pair(layers, layers.replace("a, b", "b, a"))
    assert show_tree(found) == [("changed", "concat1", (Aspect("order", ("a", "b"), ("b", "a")),))]


WIDE = "[{conv: {filters: 3, kernel: 3, padding: same}}, batchnorm, relu]"
THIN = "[{conv: {filters: 3, kernel: 1}}]"
NESTED = f"[{{average: [{WIDE}, {THIN}, []]}}, tanh]"
TURNED = f"[{{average: [[], {THIN}, {WIDE}]}}, tanh]"


@pytest.mark.parametrize("join", ["add", "multiply", "maximum", "average"])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((WIDE, THIN), (THIN, WIDE)),
        ((WIDE, THIN, "[]"), ("[]", WIDE, THIN)),
        ((THIN, NESTED), (TURNED, THIN)),
        ((NESTED, WIDE, NESTED), (WIDE, TURNED, NESTED)),
    ],
)
def test_branches_of_a_join_in_another_order_are_no_difference(
    pair: Pair, join: str, one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    first, second = (f"tanh, {{{join}: [{', '.join(b)}]}}, relu, gap" for b in (one, other))
    assert pair(first, second).is_empty
    head = "{cnn: 1, input: 23x29x3, layers: ["
    check_laws(analysis_of(f"{head}{first}]}}"), analysis_of(f"{head}{second}]}}"))


def test_branches_that_are_written_before_a_join_in_another_order_are_no_difference(
    pair: Pair,
) -> None:
    wide = (
        "{conv: {filters: 3, kernel: 3, padding: same}, as: NAME1, from: start}, {relu: , as: NAME}"
    )
    thin = "{conv: {filters: 3, kernel: 1}, as: NAME1, from: start}, {tanh: , as: NAME}"
    start, end = "{elu: , as: start}", "{add: , from: [a, b]}, gap"
    one, other = wide.replace("NAME", "a"), thin.replace("NAME", "b")
    assert pair(f"{start}, {one}, {other}, {end}", f"{start}, {other}, {one}, {end}").is_empty
    others = thin.replace("NAME", "a"), wide.replace("NAME", "b")
    texts = (f"{start}, {one}, {other}, {end}", f"{start}, {', '.join(others)}, {end}")
    found = pair(*texts)
    assert found.is_empty
    assert found.renamed == 4
    head = "{cnn: 1, input: 23x29x3, layers: ["
    check_laws(*(analysis_of(f"{head}{text}]}}") for text in texts))
    # Of a concatenation the order is a difference.
    assert not pair(*(text.replace("add:", "concat:") for text in texts)).is_empty


def test_a_branch_that_changed_and_moved_has_changed(pair: Pair) -> None:
    found = pair(
        f"{{add: [{WIDE}, {THIN}]}}", f"{{add: [{THIN}, {WIDE.replace('kernel: 3', 'kernel: 5')}]}}"
    )
    assert show_tree(found) == [("changed", "add1/2/conv1", (Aspect("kernel", 3, 5),))]


def test_branches_of_a_concatenation_in_another_order_are_told_as_that(pair: Pair) -> None:
    found = pair(f"{{concat: [{WIDE}, {THIN}]}}", f"{{concat: [{THIN}, {WIDE}]}}")
    before, after = ("concat1/1/relu1", "concat1/2/conv1"), ("concat1/1/conv1", "concat1/2/relu1")
    assert show_tree(found) == [("changed", "concat1", (Aspect("order", before, after),))]


def test_a_block_with_another_name_is_the_same_block(pair: Pair) -> None:
    unit = "[[{conv: {filters: 3, kernel: 3, padding: same}, as: NAME}, batchnorm], []]"
    found = pair(
        f"{{add: {unit.replace('NAME', 'main')}}}, relu",
        f"{{add: {unit.replace('NAME', 'trunk')}}}, relu",
    )
    assert found.is_empty
    assert found.renamed == 1
    assert [c.old_path for c in found.changes if c.old_path] == ["add1/1/main"]


def test_an_inserted_layer_does_not_change_those_behind_it(pair: Pair) -> None:
    found = pair(f"{CONV}, {CONV}, {CONV}, relu", f"{CONV}, tanh, {CONV}, {CONV}, relu")
    assert show_tree(found) == [("added", "tanh1", ())]


def test_layers_of_one_path_but_another_kind_were_replaced(pair: Pair) -> None:
    found = pair("{batchnorm: , as: norm}, relu", "{layernorm: , as: norm}, relu")
    (change,) = found
    assert change.aspects[0] == Aspect("kind", "batchnorm", "layernorm")


def test_a_frozen_layer_changed(pair: Pair) -> None:
    found = pair(CONV, CONV.replace("}}", "}, frozen: true}"))
    assert show_tree(found) == [("changed", "conv1", (Aspect("frozen", False, True),))]


def test_a_layer_that_reads_elsewhere_changed(pair: Pair) -> None:
    layers = "{relu: , as: a}, {tanh: , as: b}, {sigmoid: , as: c}, {add: , from: [FROM, c]}"
    found = pair(layers.replace("FROM", "a"), layers.replace("FROM", "b"))
    assert show_tree(found) == [("changed", "add1", (Aspect("reads", ("a",), ("b",)),))]


def test_a_layer_that_shares_weights_changed(pair: Pair) -> None:
    conv = "{conv: {filters: 3, kernel: 1}, as: NAME}"
    first, second = conv.replace("NAME", "one"), conv.replace("NAME", "two")
    found = pair(f"{first}, {second}", f"{first}, {second.replace(', as', ', share: one, as')}")
    assert show_tree(found) == [("changed", "two", (Aspect("share", None, "one"),))]
    assert found.total(find("parameters")).change == -12


def test_another_input_is_said_of_the_network() -> None:
    one, other = (
        analysis_of(f"{{cnn: 1, input: {size}x29x3, layers: [relu]}}") for size in (23, 31)
    )
    found = compare(one, other)
    assert found.aspects == (Aspect("input", Shape((23, 29), 3), Shape((31, 29), 3)),)
    assert found.marks("after") == {"relu1": "changed"}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # Nine layers behind one another in each of 17 more residual units.
        ("resnet50", "resnet101", {"added": 170, "removed": 0, "changed": 0, "equal": 175}),
        ("vgg16", "vgg19", {"added": 6, "removed": 0, "changed": 0, "equal": 40}),
    ],
)
def test_deeper_relatives_have_more_of_the_same(
    one: str, other: str, expected: dict[str, int]
) -> None:
    found = compare(*(cnn.analyze(f"zoo:{name}").analysis for name in (one, other)))
    assert found.counts == expected


def test_a_wider_network_keeps_its_layers() -> None:
    one, other = (
        cnn.analyze("zoo:mobilenet_v1", settings={"width": w}).analysis for w in (1.0, 0.5)
    )
    found = compare(one, other)
    assert found.counts == {"added": 0, "removed": 0, "changed": 83, "equal": 1}
    assert found.renamed == 0


def test_an_unknown_quantity_is_met_with_the_nearest() -> None:
    with pytest.raises(UsageError) as error:
        find("mac", shown())
    assert str(error.value) == (
        "error: there is no quantity 'mac'; did you mean 'macs'?\n"
        "  help: the quantities are layers, parameters, macs, flops, activations, "
        "weight_memory, peak_memory"
    )
