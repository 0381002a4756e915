"""Training and lint settings; budgets have their own tests."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.graph.training import Training
from cnnanalyze.language.document import Document
from cnnanalyze.language.sections import Lint


def document(more: str) -> Document:
    found = cnn.loads(f"cnn: 1\ninput: 31x37x3\nlayers: [relu]\n{more}\n", name="net").document
    assert found is not None
    return found


def faults(more: str) -> list[str]:
    with pytest.raises(cnn.SpecError) as caught:
        document(more)
    return [str(f).splitlines()[0] for f in caught.value.faults]


def test_sections_are_optional() -> None:
    found = document("")
    assert (found.written.train, found.budgets, found.written.lint) == (None, None, None)


def test_training() -> None:
    found = document(
        "train: {samples: 60000, batch: 128, epochs: 3, validation_split: 0.2, drop_last: true, "
        "optimizer: adam, loss: cross-entropy, learning_rate: 0.001, weight_decay: }"
    ).written.train
    assert found == Training(
        samples=60000,
        batch=128,
        epochs=3,
        validation_split=0.2,
        drop_last=True,
        optimizer="adam",
        loss="cross-entropy",
        learning_rate=0.001,
    )
    assert document("train: {samples: 97}").written.train == Training(samples=97)


def test_lint() -> None:
    found = document(
        "lint: {profile: strict, select: one-rule, ignore: [a, b], severity: {a: info}}"
    )
    assert found.written.lint == Lint(
        profile="strict", select=("one-rule",), ignore=("a", "b"), severity={"a": "info"}
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("train: {}", "net:4:8: error: 'train' needs 'samples'"),
        ("train: 3", "net:4:8: error: 'train' must be a mapping with 'samples', not 3"),
        (
            "train: {samples: -1}",
            "net:4:18: error: 'samples' of 'train' must be a whole number of at least 1, not -1",
        ),
        (
            "train: {samples: 7, drop_last: 1}",
            "net:4:32: error: 'drop_last' of 'train' must be true or false, not 1",
        ),
        (
            "train: {samples: 7, loss: [a]}",
            "net:4:27: error: 'loss' of 'train' must be a text, not ['a']",
        ),
        (
            "train: {samples: 7, optimizer: adm}",
            (
                "net:4:32: error: 'optimizer' of 'train' must be one of sgd, momentum, nesterov, "
                "adagrad, rmsprop, adam, adamw, not 'adm'; did you mean 'adam'?"
            ),
        ),
        (
            "budgets: {parameters: [5M]}",
            "net:4:23: error: the budget for parameters must be a number, not ['5M']",
        ),
        (
            "budgets: {memory: 5 apples}",
            (
                "net:4:19: error: the budget for memory cannot be read: '5 apples' is not a number "
                "such as 138M, ~60M, 4.2 million or 25,557,032, nor a size such as 20MB"
            ),
        ),
        (
            "budgets: {speed: 5}",
            (
                "net:4:11: error: 'budgets' has no 'speed'; it takes parameters, "
                "trainable_parameters, non_trainable_parameters, weights, biases, statistics, "
                "stored, macs, operations, activations, conv_activations, live_activations, "
                "weight_memory, peak_memory, memory, flash, arena, depth, receptive_field, layers"
            ),
        ),
        ("lint: {select: 3}", "net:4:16: error: 'select' of 'lint' must be a list, not 3"),
        ("lint: {ignore: [a, 3]}", "net:4:20: error: 'ignore' of 'lint' must be a text, not 3"),
        (
            "lint: {severity: {a: loud}}",
            "net:4:22: error: 'a' of 'severity' must be one of error, warning, info, not 'loud'",
        ),
        ("lint: {severity: 3}", "net:4:18: error: 'severity' of 'lint' must be a mapping, not 3"),
    ],
)
def test_what_is_wrong_in_a_section(more: str, message: str) -> None:
    assert faults(more) == [message]
