"""Bounds on what verifying takes: known before the run, and told with what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.pipeline import analyze, index_maps
from cnnanalyze.crosscheck import effort
from cnnanalyze.crosscheck.balance import LIMIT, balance, memory_needed
from cnnanalyze.execute.operation_counter import Array
from cnnanalyze.execute.run import RunStep
from cnnanalyze.graph.network import Network

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
SMALL = "{cnn: 1, name: small, input: 23x19x2, layers: [{conv: {filters: 3, kernel: 3}}, relu]}"


def refusal(network: Network, **bounds: int) -> str:
    with pytest.raises(cnn.CnnError) as caught:
        cnn.verify(network, **bounds)  # type: ignore[arg-type]
    return str(caught.value)


# --- the run --------------------------------------------------------------------------------------


def test_a_run_of_too_many_operations_is_refused_before_it_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cnnanalyze.crosscheck.balance.execute", never)
    net = cnn.loads(
        "{cnn: 1, name: deep, input: 223x227x67, layers: "
        "[{conv: {filters: 67, kernel: 3, padding: same}, repeat: 101}]}"
    )
    assert refusal(net) == (
        "error: running deep would take about 218G operations, 2G of them in 'conv1'; allowed are "
        "200G\n"
        "  help: allow it with '--operations 218G', or verify the network with a smaller input"
    )


def test_a_window_as_large_as_the_input_is_counted_where_it_adds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cnnanalyze.crosscheck.balance.execute", never)
    net = cnn.loads(
        "{cnn: 1, name: wide, input: 1000003x5x1, layers: "
        "[{avgpool: {kernel: 100003, stride: 1, padding: same}}]}"
    )
    assert refusal(net).startswith("error: running wide would take about ")


def test_what_is_advised_is_enough() -> None:
    net = cnn.loads(SMALL)
    needed = effort.of_run(analyze(net))
    said = refusal(net, operations=needed - 1)
    advised = -(-needed // 10**3)
    assert f"allow it with '--operations {advised}k'" in said
    assert f"allowed are {advised - 1}k" in said
    assert cnn.verify(net, operations=advised * 10**3).is_balanced


def test_numbers_that_are_only_moved_are_counted() -> None:
    def of(layers: str) -> int:
        return effort.of_run(analyze(cnn.loads(f"{{cnn: 1, input: 97x89x5, layers: [{layers}]}}")))

    moved = 97 * 89 * 5
    assert of("{shift: 1}, {shift: 1}") - of("{shift: 1}") >= moved


def test_a_layer_with_the_weights_of_another_takes_as_long_as_the_other() -> None:
    conv = "conv: {filters: 7, kernel: 3}"
    net = cnn.loads(
        f"{{cnn: 1, input: 97x89x5, layers: [{{{conv}, from: input, as: a}}, "
        f"{{{conv}, from: input, as: b, share: a}}, {{add: , from: [a, b]}}]}}"
    )
    own, shared, _ = map(effort.of_layer, analyze(net))
    assert own - shared == effort.APART * (3 * 3 * 5 * 7 + 7)  # its weights are not moved again


@pytest.mark.thorough
def test_every_network_of_the_zoo_is_run_by_default_with_64_lines_of_each_axis() -> None:
    for spec in SPECS:
        net = cnn.load(spec)
        analysis = analyze(net)
        assert effort.of_run(analysis) <= effort.ALLOWED, spec.name
        assert memory_needed(analysis) <= LIMIT, spec.name
        for name, given in net.inputs.items():
            if given.shape.rank:
                needed = effort.of_fields(net, index_maps(net), name).of(64)
                assert needed <= effort.ALLOWED, spec.name


# --- memory ---------------------------------------------------------------------------------------


def test_tensors_that_are_gone_after_their_layer_take_no_memory_later() -> None:
    def needed(layers: str) -> int:
        return memory_needed(analyze(cnn.loads(f"{{cnn: 1, input: 3x2x997, layers: [{layers}]}}")))

    wide = "{conv: {filters: 997, kernel: 1}}"
    assert needed(f"{wide}, {wide}") == needed(wide)
    shared = "{conv: {filters: 997, kernel: 1}, as: a}, {conv: {filters: 997, kernel: 1}, share: a}"
    assert needed(f"{shared}, {wide}") == needed(f"{wide}, {wide}") + 4 * 997 * 998


# --- receptive fields -----------------------------------------------------------------------------


def test_of_a_large_input_fewer_lines_are_followed_and_that_is_said() -> None:
    net = cnn.loads(SMALL)
    needed = effort.of_fields(net, index_maps(net))
    assert balance(net).remarks == ()
    allowed = needed.of(11)
    assert needed.of(None) > allowed
    found = balance(net, operations=allowed)
    assert found.is_balanced
    remark = (
        "receptive fields by at most 11 lines of the input along each axis, not by all; "
        "'--operations 19M' allows all"
    )
    assert found.remarks == (remark,)
    assert balance(net, operations=19 * 10**6).remarks == ()
    assert balance(net, lines=11, operations=allowed).remarks == (
        "receptive fields by at most 11 lines of the input along each axis, not by all",
    )
    assert balance(net, lines=23).remarks == ()


def test_where_not_even_three_lines_can_be_followed_fields_are_left_out_and_that_is_said() -> None:
    net = cnn.loads("{cnn: 1, name: many, input: 1009x1013x1, layers: [{relu: , repeat: 29}]}")
    run = effort.of_run(analyze(net))
    fields = effort.of_fields(net, index_maps(net))
    assert run < fields.of(3)
    found = balance(net, operations=run)
    assert found.is_balanced
    assert "receptive field" not in dict(found.compared)
    remark = (
        "receptive fields, for lack of operations; '--operations 9T' allows all, "
        "'--operations 36G' 3"
    )
    assert found.remarks == (remark,)
    assert balance(net, lines=3, operations=36 * 10**9).remarks == (
        "receptive fields by at most 3 lines of the input along each axis, not by all",
    )


def test_images_that_grow_on_their_way_do_not_run_all_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(
        "cnnanalyze.crosscheck.balance.observe_fields",
        watching(sizes),
    )
    layers = "[{resize: {scale: 1009}}, {crop: {amount: 5}}, {maxpool: 1009}]"
    net = cnn.loads(f"{{cnn: 1, input: 101x1, layers: {layers}}}")
    assert balance(net).is_balanced
    assert sizes == [20]
    assert 20 * 2 * 101 * 1009 < 1 << 22


def watching(sizes: list[int]) -> Callable[..., object]:
    from cnnanalyze.execute.receptive_field_probe import observe_fields

    def observed(*given: object, images: int, **named: object) -> object:
        sizes.append(images)
        return observe_fields(*given, images=images, **named)  # type: ignore[arg-type]

    return observed


def never(steps: Iterable[RunStep], *_: object, **__: object) -> Array:
    raise AssertionError(f"{prod(1 for _ in steps)} steps were run")
