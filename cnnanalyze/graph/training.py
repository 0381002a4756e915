"""Training: how a network is trained, from which iterations, updates and memory follow."""

from pydantic import Field

from cnnanalyze.core.section import Section
from cnnanalyze.layers.attributes import Count, Number, Share, choice

OPTIMIZERS: dict[str, int] = {
    "sgd": 0,
    "momentum": 1,
    "nesterov": 1,
    "adagrad": 1,
    "rmsprop": 1,
    "adam": 2,
    "adamw": 2,
}
"""Numbers kept per trainable parameter besides the parameter and its gradient."""


class Training(Section):
    """How the network is trained: what iterations, updates and memory follow from."""

    samples: Count = Field(description="training examples, before a validation split")
    batch: Count = Field(default=32, description="examples of one iteration")
    epochs: Count = Field(default=1, description="passes over the training examples")
    validation_split: Share = Field(
        default=0.0, description="share of the samples kept for validation"
    )
    drop_last: bool = Field(
        default=False, description="whether an incomplete last batch is left out"
    )
    optimizer: choice(*OPTIMIZERS) = Field(default="sgd", description="its state costs memory")  # type: ignore[valid-type]
    loss: str = Field(default="", description="name of the loss, such as CrossEntropyLoss")
    classes: Count | None = Field(default=None, description="classes that are told apart")
    learning_rate: Number | None = Field(default=None, description="step size, for the reader")
    weight_decay: Number | None = Field(
        default=None, description="factor of the L2 penalty, for the reader"
    )
