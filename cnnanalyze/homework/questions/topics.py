"""All topics by the key that a question in a sheet has."""

from __future__ import annotations

from cnnanalyze.homework.questions.asking import Topic
from cnnanalyze.homework.questions.norms import ACTIVATION, BATCH_NORM, WEIGHT_DECAY
from cnnanalyze.homework.questions.numeric import CONVOLUTION, POOLING
from cnnanalyze.homework.questions.softmax import CROSS_ENTROPY, SOFTMAX
from cnnanalyze.homework.questions.training import TRAIN, TRANSFER
from cnnanalyze.homework.questions.window import TOPIC as WINDOW

TOPICS: dict[str, Topic] = {
    "window": WINDOW,
    "convolution": CONVOLUTION,
    "pooling": POOLING,
    "softmax": SOFTMAX,
    "cross_entropy": CROSS_ENTROPY,
    "batch_norm": BATCH_NORM,
    "weight_decay": WEIGHT_DECAY,
    "activation": ACTIVATION,
    "training": TRAIN,
    "transfer": TRANSFER,
}
"""Questions about networks have ``spec`` or ``layers`` instead."""
