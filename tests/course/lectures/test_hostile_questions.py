"""Questions of facts that were made by accident: answered, or refused, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnnanalyze.course.explanations.additive_quantities import additive_quantities
from cnnanalyze.course.lectures.facts import read_lecture
from cnnanalyze.course.lectures.quantities import LECTURE_QUANTITIES
from cnnanalyze.course.lectures.questions import KINDS
from cnnanalyze.course.lectures.recompute import recompute_lecture
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.errors import CnnError, Fault

CONV = {"conv": {"filters": 3, "kernel": 3}}
SIGNAL: dict[str, Any] = {"input": "17x3", "layers": [CONV, "gap", {"dense": 5}]}
NETS: tuple[dict[str, Any], ...] = (
    {"input": "7x5x1", "layers": [CONV]},
    {"input": "7x5x1", "layers": [CONV, "maxpool"], "flip": True},
    SIGNAL,
    {"spec": "lecture_000_lenet"},
    {"input": {"values": [[1, 2], [3, 4]]}, "layers": [{"maxpool": 2}]},
)
QUANTITIES = (
    *LECTURE_QUANTITIES,
    *additive_quantities(),
    "output",
    "jump",
    "centre",
    "padding",
    "fit",
    "memory",
    "pattern",
    "N",
)
LAYERS = ("", "conv1", "conv2", "nosuch", "input", "dense1", "maxpool1")
PRINTED = (5, "5x3x3", [1, 2], "none", True, {"output": 5, "macs": "3M"}, "1/3", "~2k", [[1], [2]])
odd = st.sampled_from([None, 5, -1, 0.5, True, "x", "5x5", [], [1, "a"], {}, {"a": [1]}, [[1]]])


def networks() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda net, layer, quantity: (
            {**net, "layer": layer, "quantity": quantity}
            if layer
            else {**net, "quantity": quantity}
        ),
        st.sampled_from(NETS),
        st.sampled_from(LAYERS),
        st.sampled_from(QUANTITIES),
    )


def topics() -> st.SearchStrategy[dict[str, Any]]:
    given_ = st.sampled_from(
        [
            {"window": {"n": 9, "f": 4}, "quantity": "keeping_padding"},
            {"softmax": {"logits": [1, 2]}, "quantity": "sum"},
            {"batch_norm": {"values": [1, 2]}},
            {"training": {"samples": 10}, "quantity": "iterations"},
        ]
    )
    return st.one_of(
        given_, st.sampled_from(sorted(TOPICS)).flatmap(lambda t: odd.map(lambda v: {t: v}))
    )


def kinds(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    parts = st.one_of(st.lists(st.one_of(inner, odd, st.just("1/3")), max_size=3), odd)
    return st.builds(lambda kind, value: {kind: value}, st.sampled_from(sorted(KINDS)), parts)


questions = st.recursive(st.one_of(networks(), topics()), kinds, max_leaves=3)
KEY = st.sampled_from(
    [
        *("spec", "set", "input", "layers", "flip", "layer", "quantity", "each", "find", "where"),
        *("window", "softmax", "same", "ratio", "list", "filter", "board", "falling", "other"),
    ]
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@example({"spec": "vgg16", "layer": "nosuch", "quantity": "size"}, {}, 5, None)
@example({**SIGNAL, "layer": "conv1", "quantity": "stride"}, {}, 1, None)
@example({"ratio": [1, 2, 3]}, {}, 1, None)
@example({"ratio": [1, 0]}, {}, 1, None)
@example({"sum": ["a"]}, {}, 1, None)
@example({"same": []}, {}, True, None)
@example({"falling": [1, "a"]}, {}, True, None)
@example({"window": {"n": 9, "f": 4}, "quantity": "keeping_padding"}, {}, 5, None)
@example({**SIGNAL, "layer": "dense1", "quantity": "stride"}, {}, 5, None)
@example({**SIGNAL, "layer": "gap", "quantity": "kernel_shape"}, {}, 5, None)
@example({**NETS[4], "layer": "", "quantity": "stride"}, {}, 2, None)
@given(
    questions,
    st.dictionaries(KEY, odd, max_size=2),
    st.sampled_from(PRINTED),
    st.one_of(st.none(), st.lists(st.integers(1, 3), max_size=2)),
)
def test_question_is_answered_or_refused(
    tmp_path: Path, question: dict[str, Any], more: dict[str, Any], printed: Any, at: Any
) -> None:
    fact: dict[str, Any] = {"id": "a", "lines": 3, "topic": "t", "says": "s"}
    fact |= {"ask": {**question, **more}, "printed": printed}
    fact |= {} if at is None else {"at": at}
    path = tmp_path / "7.facts"
    path.write_text(json.dumps({"lecture": 1, "id": "7", "facts": [fact]}), encoding="utf-8")
    faults: tuple[Fault, ...] = ()
    try:
        assert len(recompute_lecture(read_lecture(path)).rows) == 1
    except CnnError as error:
        faults = error.faults
    assert all(f.mark is not None for f in faults)
