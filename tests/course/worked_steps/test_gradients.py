"""The way back of every kind that is worked out by hand, beside central differences."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings

import cnnanalyze as cnn
from cnnanalyze.core.shape import Shape
from cnnanalyze.course.worked_steps.layer_call import LayerCall
from cnnanalyze.course.worked_steps.layers import work, worked_kinds
from cnnanalyze.course.worked_steps.matrix_parser import read_image, read_kernel
from cnnanalyze.course.worked_steps.network import WindowAttributes, apply, convolve, work_out
from cnnanalyze.course.worked_steps.volume import Volume, vector
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.activation import Relu
from cnnanalyze.layers.arithmetic import Clip, HardTanh
from cnnanalyze.layers.branch_arithmetic import Maximum
from cnnanalyze.layers.pool import MaxPool
from tests.course.worked_steps.central_differences import (
    array,
    assert_slopes,
    call_of,
    run,
    volume,
)
from tests.course.worked_steps.chains import CHAINS, Chain
from tests.strategies import STRATEGIES, case
from tests.strategies.case import Case

POSITIVE = {"log", "sqrt", "power"}
"""Kinds that have no number for what is negative."""
KINDS = sorted(cls.kind for cls in worked_kinds())


@pytest.fixture(scope="module", autouse=True)
def _small_maps() -> Iterator[None]:
    """Let the strategies draw sizes that are worked out by hand in no time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case, "EXTENTS", ((5, 7), (3, 11), (2,)))
        yield


def worked_by_hand(drawn: Case) -> bool:
    """Whether a layer is one that is worked out by hand."""
    flat = all(x.rank <= 2 for x in drawn.inputs)
    alike = len(set(drawn.inputs)) == 1 or drawn.kind == "concat"
    flat = flat and drawn.attributes.get("to", "").count("x") < 3
    along = drawn.attributes.get("axis", "channels")
    channels = {"channels", drawn.inputs[0].rank + 1}
    return flat and alike and along in channels and not drawn.attributes.get("weight_standardized")


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_those_of_central_differences(kind: str) -> None:
    @settings(max_examples=min(settings().max_examples, 25), deadline=None)
    @given(drawn=STRATEGIES[kind].filter(worked_by_hand))
    def agrees(drawn: Case) -> None:
        call = call_of(drawn, positive=kind in POSITIVE)
        worked = work(call)
        assert worked.backward is not None
        upstream = volume(call.output, 5)
        found = worked.backward(upstream)
        inputs = [array(v, v.shape.extents) for v in call.inputs]
        tensors = {r: array(t, call.shape_of(r)) for r, t in call.tensors.items()}
        weight = array(upstream, call.output.extents)
        forward = run(call, inputs, tensors)
        assume(np.isfinite(forward).all())  # a window of padding alone has no largest number
        np.testing.assert_allclose(
            array(worked.after, call.output.extents), forward, rtol=1e-9, atol=1e-9
        )

        for n, (x, gradient) in enumerate(zip(inputs, found.inputs, strict=True)):

            def by_input(changed: np.ndarray, n: int = n) -> float:
                others = [*inputs[:n], changed, *inputs[n + 1 :]]
                return float((weight * run(call, others, tensors)).sum())

            assert gradient.shape == call.inputs[n].shape
            assert_slopes(by_input, x, array(gradient, x.shape))
        learned = {p.role for p in call.layer.params(*drawn.inputs) if p.trainable}
        assert found.tensors.keys() == learned
        for role, held in found.tensors.items():
            assert held.shape == tensors[role].shape

            def by_tensor(changed: np.ndarray, role: str = role) -> float:
                return float((weight * run(call, inputs, tensors | {role: changed})).sum())

            assert_slopes(by_tensor, tensors[role], array(held.numbers, held.shape))

    agrees()


@settings(max_examples=min(settings().max_examples, 15), deadline=None)
@given(text=CHAINS)
def test_gradients_of_chains_are_those_of_central_differences(text: str) -> None:
    chain = Chain(cnn.loads(text))
    assert len(chain.calls) >= 4
    for name, given_numbers in chain.inputs.items():
        x = array(given_numbers, given_numbers.shape.extents)
        told = array(chain.gradients.volumes[name], x.shape)

        def by_input(changed: np.ndarray, name: str = name) -> float:
            return chain.loss({name: changed})

        assert_slopes(by_input, x, told, 1e-5)
    for (owner, role), held in chain.gradients.tensors.items():
        told = array(held.numbers, held.shape)

        def by_tensor(changed: np.ndarray, owner: str = owner, role: str = role) -> float:
            return chain.loss(tensors={owner: {role: changed}})

        assert_slopes(by_tensor, chain.arrays[owner][role], told, 1e-5)


def back(layer: object, *numbers: int, behind: int = 1) -> list[object]:
    """Return the gradients by numbers that one layer reads."""
    x = vector(numbers)
    worked = work(LayerCall("x", layer, {}, (x,), x.shape))  # type: ignore[arg-type]
    assert worked.backward is not None
    return list(worked.backward(vector([behind] * len(numbers))).inputs[0].flat())


def test_at_a_kink_gradients_are_those_of_frameworks() -> None:
    # PyTorch: relu passes nothing at 0; clamp passes on its limits, hardtanh does not.
    assert back(Relu(), -1, 0, 2) == [0, 0, 1]
    assert back(Clip(min=-1.0, max=1.0), -2, -1, 0, 1, 2) == [0, 1, 1, 1, 0]
    assert back(HardTanh(), -2, -1, 0, 1, 2) == [0, 0, 1, 0, 0]


def test_of_equal_numbers_the_first_gets_what_a_max_pool_passes_back() -> None:
    x = read_image(["5 5 1; 5 2 1"])
    worked = work(LayerCall("pool", MaxPool(kernel=2, stride=1), {}, (x,), Shape((1, 2), 1)))
    assert worked.backward is not None
    found = worked.backward(read_image(["3 4"]))
    assert found.inputs[0].planes == (((3, 4, 0), (0, 0, 0)),)
    assert found.sections[0].remarks == ("where several are the largest, the first gets all",)


def test_equal_numbers_share_what_a_maximum_passes_back() -> None:
    one, other = vector([3, 1]), vector([3, 2])
    worked = work(LayerCall("max", Maximum(), {}, (one, other), one.shape))
    assert worked.backward is not None
    found = worked.backward(vector([6, 6]))
    assert [v.flat() for v in found.inputs] == [(3, 0), (3, 6)]


def test_gradients_of_a_kernel_that_was_rotated_are_turned_back() -> None:
    image, kernel = read_image(["1 2 3; 4 5 6; 7 8 10"]), "1 2; 3 5"
    flipped = convolve(image, [read_kernel(kernel)], flip=True)
    turned = convolve(image, [read_kernel("5 3; 2 1")])
    assert flipped.backward is not None
    assert turned.backward is not None
    upstream = read_image(["1 2; 3 7"])
    of_flipped, of_turned = flipped.backward(upstream), turned.backward(upstream)
    assert of_flipped.inputs == of_turned.inputs
    rotated = of_turned.tensors["kernel"].numbers[::-1]
    assert of_flipped.tensors["kernel"].numbers == rotated
    assert flipped.after == turned.after


def test_standardized_weights_are_refused_by_hand() -> None:
    net = cnn.loads(
        "{cnn: 1, input: {values: [[1, 2], [3, 4]]}, layers: [{conv: {filters: 1, kernel: 2, "
        "weight_standardized: true}, weights: [[1, 2], [3, 4]]}]}"
    )
    with pytest.raises(UsageError) as caught:
        work_out(net)
    assert str(caught.value) == (
        "error: 'conv1' standardizes its weights first, which is not worked out by hand\n"
        "  help: 'cnnanalyze verify' runs it"
    )


def test_maps_of_three_axes_are_refused_by_hand() -> None:
    net = cnn.loads("{cnn: 1, input: {values: [[1, 2], [3, 4]]}, layers: [{reshape: 2x2x1x1}]}")
    with pytest.raises(UsageError) as caught:
        work_out(net)
    assert str(caught.value) == (
        "error: 'reshape1' gives 2x2x1x1, which has 3 axes besides the channels; "
        "by hand there are two at most"
    )


# --- published ------------------------------------------------------------------------------------


def test_softmax_with_cross_entropy_is_p_minus_y() -> None:
    # Goodfellow et al. 2016, section 6.2.2.3; CS231n, case study: dscores = probs, minus 1.
    logits = vector([3, 1, -2])
    chain = apply(logits, "softmax")
    loss = apply(chain.after, "cross-entropy", target=(0, 1, 0))
    assert loss.backward is not None
    assert chain.backward is not None
    behind = loss.backward(vector([1])).inputs[0]
    apart = chain.backward(behind).inputs[0].flat()
    fused = apply(logits, "softmax-cross-entropy", target=(0, 1, 0))
    assert fused.backward is not None
    together = fused.backward(vector([1])).inputs[0].flat()
    p = chain.after.flat()
    assert apart == pytest.approx([p[0], p[1] - 1, p[2]])
    assert together == pytest.approx([p[0], p[1] - 1, p[2]])


def test_batch_norm_of_a_batch_passes_back_nothing_along_its_mean_and_its_numbers() -> None:
    # Ioffe and Szegedy 2015: what is normalised changes neither by a shift nor by a scale.
    x = vector([1, 2, 4, 9])
    worked = apply(x, "batchnorm", gamma=(3,), beta=(1,), epsilon=0)
    assert worked.backward is not None
    found = worked.backward(vector([2, -1, 5, 3]))
    (back,) = (list(map(float, v.flat())) for v in found.inputs)
    assert sum(back) == pytest.approx(0)
    assert sum(g * v for g, v in zip(back, x.flat(), strict=True)) == pytest.approx(0)
    assert found.tensors["beta"].numbers == (9,)


def test_roots_that_come_out_stay_exact() -> None:
    worked = apply(vector([1, 3]), "batchnorm", epsilon=0)
    assert worked.after.flat() == (-1, 1)
    assert worked.backward is not None
    assert worked.backward(vector([1, 0])).inputs[0].flat() == (0, 0)


@pytest.mark.parametrize("stride", [1, 2])
def test_fractions_stay_exact(stride: int) -> None:
    section = convolve(
        read_image(["1/3 2 3 1; 4 5/7 6 2; 7 8 9 3; 1 2 3 4"]),
        [read_kernel("1/2 0; 0 -1/5")],
        WindowAttributes(stride=stride),
    )
    assert section.backward is not None
    ones = section.after.like([Fraction(1, 3)] * section.after.shape.count)
    found = section.backward(ones)
    given = (*found.tensors["kernel"].numbers, *found.inputs[0].flat())
    assert not any(isinstance(n, float) for n in given)
    assert isinstance(ones, Volume)
