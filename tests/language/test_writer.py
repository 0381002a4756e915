"""Writing a network and reading it again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.language.spec import Spec
from cnnanalyze.language.writer import write

pytestmark = pytest.mark.sampled(12)

SPECS = Path(__file__).parents[2] / "specs"


def sign(net: Spec) -> list[Any]:
    """Return everything that makes a network but the paths of its layers."""
    number = {name: -1 - n for n, name in enumerate(net.inputs)}
    number |= {node.id: n for n, node in enumerate(net)}
    report = cnn.analyze(net)
    return [
        (net.name, net.inputs, report.total),
        (net.training, net.budgets, net.lint, net.year),
        tuple(net.text(key) for key in ("family", "source", "about")),
        tuple(number[o] for o in net.outputs),
        *(
            (
                node.layer,
                tuple(number[i] for i in node.inputs),
                node.output,
                node.frozen,
                None if node.share is None else number[node.share],
                [(g.role, as_floats(g.values)) for g in node.given],
                facts.params,
                facts.cost,
                facts.fields,
            )
            for node, facts in zip(net, report, strict=True)
        ),
    ]


def as_floats(values: Any) -> Any:
    """Return given numbers as the floats that YAML can hold."""
    return tuple(map(as_floats, values)) if isinstance(values, tuple) else float(values)


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda p: p.stem)
def test_nothing_is_lost_of_a_published_network(path: Path) -> None:
    net = cnn.load(path)
    text = write(net)
    again = cnn.loads(text)
    assert sign(again) == sign(net)
    assert write(again) == text  # what is canonical already stays as it is


ATTRIBUTES = st.fixed_dictionaries(
    {
        "filters": st.sampled_from([2, 4, 6]),
        "kernel": st.one_of(
            st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 3)).map(list)
        ),
    },
    optional={
        "padding": st.sampled_from(["same", 1, [1, 2], [[1, 0], [0, 2]]]),
        "bias": st.booleans(),
        "dilation": st.integers(1, 2),
        "groups": st.just(2),
    },
)


@st.composite
def networks(draw: st.DrawFn) -> str:
    """Return a random spec: joins, blocks, rows, shared and frozen layers, given numbers."""
    steps: list[str] = []
    for n in range(draw(st.integers(1, 6))):
        attributes = (
            str(draw(ATTRIBUTES)).replace("'", "").replace("True", "true").replace("False", "false")
        )
        more = draw(
            st.sampled_from(["", ", frozen: true", ", weights: 0.5", ", weights: {bias: 3}"])
        )
        more = "" if "weights: {bias" in more and "bias: false" in attributes else more
        frozen = more if "frozen" in more else ""
        steps.append(
            draw(
                st.sampled_from(
                    [
                        f"{{conv: {attributes}{more}}}",
                        f"{{cell: {draw(st.sampled_from([2, 4]))}, as: c{n}}}",
                        f"{{cell: $in, as: d{n}}}, {{cell: $in, share: d{n}{frozen}}}",
                        "{add: [[bn, relu], [], {prelu: {shared: true}}]}",
                        "{concat: [^1, [{conv: {filters: 4, kernel: 1}}, {elu: {alpha: 0.2}}]]}",
                        "{for: {n: [1, 2]}, as: row, do: [{relu: , as: act$n}], when: "
                        + ("true}" if not any("row" in s for s in steps) else "false}"),
                        "{batchnorm: {epsilon: 0.001, scale: false}}",
                    ]
                )
            )
        )
    outputs = draw(st.sampled_from(["", "outputs: [first]\n", "outputs: [last, first]\n"]))
    return (
        "cnn: 1\nname: 'random: net'\nfamily: 'a, b'\nyear: 1998\ninput: 61x67x2\n"
        "defaults: {conv: {kernel: 3}}\n"
        "blocks: {cell: {params: {f: }, layers: [{conv: {filters: $f, padding: same}}, bn]}}\n"
        f"layers: [{{tanh: , as: first}}, {', '.join(steps)}, {{relu: , as: last}}]\n{outputs}"
        "train: {samples: 1000, optimizer: adam}\n"
    )


@given(text=networks())
def test_nothing_is_lost_of_a_random_network(text: str) -> None:
    try:
        net = cnn.loads(text)
    except cnn.SpecError:  # groups that do not divide, or a map that became too small
        return
    again = cnn.loads(write(net))
    assert sign(again) == sign(net)
    assert write(again) == write(net)


def test_the_canonical_form() -> None:
    net = cnn.loads(
        "cnn: 1\nname: 'Net: one'\nyear: 1998\ninput: {values: [[1, 2.5], [3, 4]]}\n"
        "layers:\n"
        "  - {convolution: {filters: 2, kernel: [1, 2]}, as: a, weights: {bias: [1, 2]}}\n"
        "  - {relu: , frozen: true}\n"
        "  - {conv: {filters: 2, kernel: [1, 2]}, from: input, share: a}\n"
        "  - add: [[reshape: 2x1x2], a]\n"
        "  - {reshape: '4'}\n"
        "outputs: [add1, reshape1]\n"
        "budgets: {memory: 20 MB}\n"
        "lint: {ignore: [a-rule], severity: {b: info}}\n"
    )
    assert write(net) == (
        "cnn: 1\n"
        'name: "Net: one"\n'
        "year: 1998\n"
        "input: {height: 2, width: 2, channels: 1, values: [[[1], [2.5]], [[3], [4]]]}\n"
        "layers:\n"
        "  - {conv: {kernel: [1, 2], filters: 2}, as: a, weights: {bias: [1, 2]}}\n"
        "  - {relu: , as: relu1, frozen: true}\n"
        "  - {conv: {kernel: [1, 2], filters: 2}, as: conv1, from: input, share: a}\n"
        "  - {reshape: {to: 2x1x2}, as: add1.1.reshape1}\n"
        "  - {add: , as: add1, from: [add1.1.reshape1, a]}\n"
        '  - {reshape: {to: "4"}, as: reshape1}\n'
        "outputs: [add1, reshape1]\n"
        'budgets: {memory: "20 MB"}\n'
        "lint: {ignore: [a-rule], severity: {b: info}}\n"
    )


@pytest.mark.parametrize("attributes", ["padding: 0", "padding: 0, mode: reflect"])
def test_one_of_several_that_must_be_written_is_written_at_its_default(attributes: str) -> None:
    text = f"{{cnn: 1, input: 5x7x3, layers: [{{pad: {{{attributes}}}}}]}}"
    written = cnn.dumps(cnn.loads(text))
    assert f"- {{pad: {{{attributes}}}, as: pad1}}" in written
    assert cnn.dumps(cnn.loads(written)) == written


def test_names_that_would_collide_or_grow_too_long() -> None:
    deep = "x" * 90
    net = cnn.loads(
        f"cnn: 1\ninput: 5x7x1\nblocks: {{b: [{{relu: , as: c}}, {{relu: , as: {deep}}}]}}\n"
        f"layers: [{{b: , as: a}}, {{relu: , as: a.c}}, {{b: , as: {deep}}}]\n"
    )
    again = cnn.loads(write(net))
    assert [n.id for n in again] == ["a.c", f"a.{deep}", "relu.3", f"{deep}.c", "relu.5"]


@pytest.mark.parametrize(
    "name",
    [
        *("yes", "null", "True", "1", "1.0", "0x1F", "1e3", ".inf", "~", "=", "\\", "'", '"', "-"),
        *(
            "a: b",
            "a # b",
            "- a",
            "{a}",
            "a  b ",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "a\nb",
            "a\tb",
        ),
        *("日本", "\U0001f600", "\x07", "\x85\U0001f600", "\u2028", "\ufeff"),
    ],
)
def test_any_name_survives(name: str) -> None:
    net = cnn.loads("cnn: 1\ninput: 5\nlayers: [relu]\n")
    assert cnn.loads(write(replace(net, name=name))).name == name


@pytest.mark.parametrize(
    ("shape", "values"),
    [("{features: 2}", (1, 2)), ("{length: 2, channels: 1}", ((1,), (2,)))],
)
def test_values_of_every_rank(shape: str, values: object) -> None:
    net = cnn.loads(f"cnn: 1\ninput: {shape[:-1]}, values: [1, 2]}}\nlayers: [relu]\n")
    assert net.values == cnn.loads(write(net)).values == values
    volume = cnn.loads("cnn: 1\ninput: {values: [[[[1, 2]], [[3, 4]]]]}\nlayers: [relu]\n")
    assert cnn.loads(write(volume)).values == volume.values == ((((1, 2),), ((3, 4),)),)
    assert str(volume.input) == "1x2x1x2"


@pytest.mark.parametrize(
    ("given", "said"), [("net.yaml", "'net.yaml'"), (3, "3"), (None, "nothing")]
)
def test_what_is_no_network_is_not_written(given: Any, said: str) -> None:
    with pytest.raises(cnn.UsageError, match=f"^error: a Network is written, not {said}"):
        cnn.dumps(given)
