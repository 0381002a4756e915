"""Training arithmetic: what ``train:`` implies for iterations, updates, operations and memory."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import NamedTuple

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.symbolic_arithmetic import named
from cnnanalyze.graph.training import OPTIMIZERS, Training


class TrainingArithmetic(NamedTuple):
    """How long and how large a training run is; exact where the spec is."""

    samples: int
    """Examples that are trained on, after the validation split."""
    validation_samples: int
    iterations_per_epoch: int
    updates: int
    last_batch: int
    """Examples in the last iteration of an epoch."""
    trained: int
    """Parameters that an update changes."""
    forward_macs: int
    """Multiply-accumulates of all forward passes over the training examples, all epochs."""
    backward_macs: int
    """An estimate: twice the forward pass (gradients by input and by weight)."""
    numbers_kept: int
    """Numbers in memory: parameters, gradients, optimizer state, activations of one batch."""


def exactly(share: float | Fraction) -> Fraction:
    """Return a share as the spec writes it; in floating point, 0.29 of 100 would be 28.

    Examples
    --------
    >>> exactly(0.29) * 100
    Fraction(29, 1)
    """
    return share if isinstance(share, Fraction) else Fraction(str(share))


def plan(
    training: Training, *, trained: int, stored: int, macs: int, saved: int
) -> TrainingArithmetic:
    """Iterations per epoch, updates, operations: what does this training amount to?

    An epoch is one pass over the training examples, so it has ``⌈samples / batch⌉`` iterations, or
    ``⌊samples / batch⌋`` if the incomplete last batch is left out. Left out of the memory estimate:
    workspace, fragmentation, copies for mixed precision.

    Examples
    --------
    >>> from cnnanalyze.graph.training import Training
    >>> plan(Training(samples=1000, batch=32), trained=1, stored=1, macs=1, saved=1).updates
    32
    """
    # As Keras rounds, but exactly.
    kept = floor(training.samples * (1 - exactly(training.validation_split)))
    samples = named(kept, "training samples")
    whole, rest = divmod(samples, training.batch)
    iterations = named(whole if training.drop_last else -(-samples // training.batch), "iterations")
    used = named(whole * training.batch if training.drop_last else samples, "images")
    forward = macs * used * training.epochs
    state = OPTIMIZERS[training.optimizer]
    return TrainingArithmetic(
        samples=samples,
        validation_samples=training.samples - samples,
        iterations_per_epoch=iterations,
        updates=iterations * training.epochs,
        last_batch=training.batch if not rest or training.drop_last else rest,
        trained=trained,
        forward_macs=forward,
        backward_macs=2 * forward,
        numbers_kept=stored + (1 + state) * trained + training.batch * saved,
    )


def plan_of(analysis: Analysis, training: Training) -> TrainingArithmetic:
    """What does this training of a network amount to?

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> plan_of(cnn.analyze("zoo:lenet5").analysis, Training(samples=1000)).updates
    32
    """
    total = analysis.total
    return plan(
        training,
        trained=total.trainable,
        stored=total.stored,
        macs=total.operations("mac"),
        saved=analysis.memory.saved,
    )
