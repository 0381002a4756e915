"""All topics by the key that a question in a sheet has."""

from __future__ import annotations

from cnnanalyze.course.sheets.questions.attention import ATTENTION
from cnnanalyze.course.sheets.questions.boxes import GRID, OVERLAP, SUPPRESSION
from cnnanalyze.course.sheets.questions.dropout import DROPOUT
from cnnanalyze.course.sheets.questions.initialisation import INITIALISATION
from cnnanalyze.course.sheets.questions.matrix_form import MATRIX_FORM
from cnnanalyze.course.sheets.questions.norms import ACTIVATION, BATCH_NORM, WEIGHT_DECAY
from cnnanalyze.course.sheets.questions.numeric import CONVOLUTION, POOLING
from cnnanalyze.course.sheets.questions.softmax import CROSS_ENTROPY, SOFTMAX
from cnnanalyze.course.sheets.questions.topic import Topic
from cnnanalyze.course.sheets.questions.training import TRAIN, TRANSFER
from cnnanalyze.course.sheets.questions.update import UPDATE
from cnnanalyze.course.sheets.questions.window import TOPIC as WINDOW

TOPICS: dict[str, Topic] = {
    "window": WINDOW,
    "convolution": CONVOLUTION,
    "pooling": POOLING,
    "softmax": SOFTMAX,
    "cross_entropy": CROSS_ENTROPY,
    "attention": ATTENTION,
    "batch_norm": BATCH_NORM,
    "weight_decay": WEIGHT_DECAY,
    "activation": ACTIVATION,
    "training": TRAIN,
    "transfer": TRANSFER,
    "update": UPDATE,
    "dropout": DROPOUT,
    "initialisation": INITIALISATION,
    "matrix_form": MATRIX_FORM,
    "overlap": OVERLAP,
    "suppression": SUPPRESSION,
    "detection_grid": GRID,
}
"""Questions about networks have ``spec`` or ``layers`` instead."""
