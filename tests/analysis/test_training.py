"""Training arithmetic: the steps that frameworks print, and what an optimizer keeps."""

from __future__ import annotations

from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.training import TrainingArithmetic, plan, plan_of
from cnnanalyze.graph.training import Training


def planned(**train: Any) -> TrainingArithmetic:
    return plan(Training(**train), trained=7, stored=11, macs=13, saved=17)


@pytest.mark.parametrize(
    ("train", "iterations"),
    [
        # Keras prints 1875/1875 for MNIST with its default batch of 32.
        ({"samples": 60_000}, 1875),
        # Keras example "Simple MNIST convnet": batch 128, validation_split 0.1, 422/422.
        ({"samples": 60_000, "batch": 128, "validation_split": 0.1}, 422),
        # TensorFlow tutorial "Convolutional neural network", CIFAR-10: 1563/1563.
        ({"samples": 50_000}, 1563),
        # Krizhevsky et al. 2012: 1.2 million images in batches of 128.
        ({"samples": 1_281_167, "batch": 256}, 5005),
        ({"samples": 1_281_167, "batch": 256, "drop_last": True}, 5004),
        ({"samples": 31, "batch": 31}, 1),
        ({"samples": 31, "batch": 37}, 1),
        ({"samples": 31, "batch": 37, "drop_last": True}, 0),
        ({"samples": 62, "batch": 31, "drop_last": True}, 2),
    ],
)
def test_iterations_per_epoch(train: dict[str, Any], iterations: int) -> None:
    assert planned(**train).iterations_per_epoch == iterations
    assert planned(**train, epochs=5).updates == 5 * iterations


@pytest.mark.parametrize(
    ("samples", "split", "training"),
    [
        (60_000, 0.1, 54_000),
        (100, 0.29, 71),  # not 72: 100·0.29 is 28.999… in floating point
        (10, 0.25, 7),  # Keras: the first ⌊10·0.75⌋ are trained on
        (1000, 0.0, 1000),
    ],
)
def test_validation_split(samples: int, split: float, training: int) -> None:
    found = planned(samples=samples, validation_split=split)
    assert (found.samples, found.validation_samples) == (training, samples - training)


def test_last_batch() -> None:
    assert planned(samples=100, batch=32).last_batch == 4
    assert planned(samples=96, batch=32).last_batch == 32
    assert planned(samples=100, batch=32, drop_last=True).last_batch == 32


def test_backward_is_twice_the_forward() -> None:
    found = planned(samples=100, batch=32, epochs=3)
    assert found.forward_macs == 13 * 100 * 3
    assert found.backward_macs == 2 * found.forward_macs
    dropped = planned(samples=100, batch=32, epochs=3, drop_last=True)
    assert dropped.forward_macs == 13 * 96 * 3


@pytest.mark.parametrize(
    ("optimizer", "moments"),
    [("sgd", 0), ("momentum", 1), ("rmsprop", 1), ("adagrad", 1), ("adam", 2), ("adamw", 2)],
)
def test_optimizer_keeps_its_moments(optimizer: str, moments: int) -> None:
    # Kingma and Ba 2015: Adam keeps two moments per parameter; momentum keeps a velocity.
    plain = planned(samples=31).numbers_kept
    assert planned(samples=31, optimizer=optimizer).numbers_kept == plain + 7 * moments


@pytest.mark.parametrize(
    ("optimizer", "of_a_parameter"), [("sgd", 8), ("momentum", 12), ("adam", 16), ("adamw", 16)]
)
def test_bytes_of_a_trained_parameter(optimizer: str, of_a_parameter: int) -> None:
    # Hugging Face, "Model training anatomy", in single precision: 4 bytes for the weight, 4 for its
    # gradient, 8 for the two states of AdamW, 4 for the one of SGD with momentum. BERT-large has
    # 336 million parameters, which are 5.4 GB under AdamW before anything is computed.
    bert = plan(
        Training(samples=31, batch=1, optimizer=optimizer),
        trained=336_226_108,
        stored=336_226_108,
        macs=13,
        saved=0,
    )
    assert 4 * bert.numbers_kept == of_a_parameter * 336_226_108


def test_what_is_frozen_has_neither_gradient_nor_moments() -> None:
    # Seven of eleven numbers are trained; a batch of two saves 17 for each image.
    found = planned(samples=31, batch=2, optimizer="adam")
    assert found.numbers_kept == 11 + 7 + 2 * 7 + 2 * 17


def test_memory_grows_by_the_saved_activations_of_a_batch() -> None:
    one, other = (planned(samples=100, batch=b).numbers_kept for b in (3, 5))
    assert other - one == 2 * 17


def test_spec_with_training_is_planned() -> None:
    report = cnn.analyze(
        cnn.loads(
            "{cnn: 1, input: 11x13x3, train: {samples: 101, batch: 10, optimizer: adam}, "
            "layers: [{conv: {filters: 5, kernel: 3}, frozen: true}, bn, gap, {dense: 7}]}"
        )
    )
    assert report.spec.training is not None
    training = plan_of(report.analysis, report.spec.training)
    assert training.updates == 11
    assert training.trained == report.total.trainable == 2 * 5 + 5 * 7 + 7
    assert training.forward_macs == 101 * report.total.operations("mac")


def test_spec_without_training_is_not() -> None:
    report = cnn.analyze(cnn.loads("{cnn: 1, input: 11x13x3, layers: [relu]}"))
    assert report.spec.training is None
    assert "training" not in report.to_dict()
