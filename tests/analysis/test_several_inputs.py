"""Networks with several inputs: what each layer sees of each of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.analysis.memory import alive_at
from cnnanalyze.core.periodic_field import join


def two_towers() -> cnn.Network:
    b = cnn.NetworkBuilder("two")
    left, right = b.input(13, 17, 3, name="left"), b.input(13, 17, 2, name="right")
    x = b.conv(left, 5, kernel=3, padding="same", name="one")
    y = b.relu(b.conv(right, 5, kernel=5, padding="same", name="other"))
    z = b.maxpool(b.conv(b.add(x, y), 7, kernel=3), 2)
    return b.build(outputs=b.dense(b.global_avgpool(z), 11))


def sizes(facts: object) -> dict[str, list[object]]:
    return {name: [f.local.size for f in seen.fields] for name, seen in facts.sees}  # type: ignore[attr-defined]


def test_a_field_for_each_input() -> None:
    report = cnn.analyze(two_towers())
    # By the recurrence r = r + (k - 1)*j, along each path by itself.
    assert sizes(report["one"]) == {"left": [3, 3]}
    assert sizes(report["relu1"]) == {"right": [5, 5]}
    assert sizes(report["add1"]) == {"left": [3, 3], "right": [5, 5]}
    assert sizes(report["conv1"]) == {"left": [5, 5], "right": [7, 7]}
    assert sizes(report["maxpool1"]) == {"left": [6, 6], "right": [8, 8]}


def test_one_field_where_one_input_is_seen_and_none_where_several_are() -> None:
    report = cnn.analyze(two_towers())
    fields = report["other"].fields
    assert fields is not None
    assert [f.local.size for f in fields] == [5, 5]
    assert report["add1"].fields is None
    assert report.status == "complete"


def test_sums_and_memory_count_all_inputs() -> None:
    report = cnn.analyze(two_towers())
    assert report.total.parameters == (27 * 5 + 5) + (50 * 5 + 5) + (45 * 7 + 7) + (7 * 11 + 11)
    # While the first convolution runs, both inputs and its output live.
    area = 13 * 17
    assert report["one"].live == area * (3 + 2 + 5)
    assert report["other"].live == area * (2 + 5 + 5)
    assert alive_at(report.network, report["other"].node.id) == ("right", "one", "other")
    assert report.analysis.memory.saved == area * 5 + sum(f.activations for f in report)


def test_inputs_of_other_ranks() -> None:
    b = cnn.NetworkBuilder("gate")
    image, meta = b.input(13, 17, 4, name="image"), b.input(6, name="meta")
    gate = b.reshape(b.sigmoid(b.dense(meta, 4)), "1x1x4")
    x = b.multiply(b.conv(image, 4, kernel=3, stride=2), gate)
    report = cnn.analyze(b.build(outputs=b.dense(b.concat(b.flatten(x), meta), 3)))
    assert sizes(report["multiply1"]) == {"image": [3, 3], "meta": []}
    assert sizes(report["concat1"]) == {"image": [13, 17], "meta": []}
    assert sizes(report["reshape1"]) == {"meta": []}


kernels = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 2))


@given(st.lists(kernels, min_size=1, max_size=3), st.lists(kernels, min_size=1, max_size=3))
def test_what_is_seen_of_one_image_read_twice_is_both_fields_together(
    one: list[tuple[int, int, int]], other: list[tuple[int, int, int]]
) -> None:
    def made(*, apart: bool) -> cnn.Report:
        b = cnn.NetworkBuilder()
        left = b.input(31, 2)
        right = b.input(31, 2) if apart else left
        ends = []
        for start, windows in ((left, one), (right, other)):
            x = start
            for kernel, stride, dilation in windows:
                x = b.conv(x, 2, kernel=kernel, stride=stride, dilation=dilation, padding="same")
            ends.append(x)
        if ends[0].shape != ends[1].shape:
            ends = [b.global_avgpool(end) for end in ends]
        return cnn.analyze(b.build(outputs=b.concat(ends)))

    together, apart = made(apart=False), made(apart=True)
    fields = together["concat1"].fields
    seen = dict(apart["concat1"].sees)
    assert fields is not None
    parts = [of.fields for of in seen.values()]
    assert [join([part[0] for part in parts if part])] == list(fields)
    assert apart.total == together.total
