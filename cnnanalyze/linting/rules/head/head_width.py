"""HD003: a head of another width than the classes."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.tree import Mapping
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import heads
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class HeadWidth(Rule):
    """The width of an output is not the number of classes.

    Why: a classifier outputs one score per class. With too few, some class can never be
    predicted; with too many, the rest is trained for nothing.

    Instead: give the last layer as many units as ``train: classes:``. One output is right for
    two classes.
    """

    code = "HD003"
    name = "head-width"
    section = "train"
    severity = "error"
    formula = "channels of the output <> train.classes"
    source = (
        "the definition of a classifier; asked for by users who copy a network of 1,000 classes"
    )
    trips = "none: it applies only if 'train: classes:' is declared"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{dense: 10}, softmax], train: {samples: 100, "
            "classes: 10}}"
        ),
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{dense: 1}, sigmoid], train: {samples: 100, classes: "
            "2}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- dense: 10\n- softmax\n"
            "train: {samples: 100, classes: 7}\n",
            at=(6, 32),
            message="softmax1 outputs 10 channels for 7 classes: 10 ≠ 7",
            path="softmax1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every output with the declared classes."""
        document, network = context.document, context.network
        assert network is not None
        classes = context.training.classes if context.training is not None else None
        if classes is None or document is None:
            return
        section = document.tree.get("train")
        written = section.get("classes") if isinstance(section, Mapping) else None
        for head in heads(network):
            width = head.output.channels
            if width != classes and not (width == 1 and classes == 2):  # noqa: PLR2004
                yield self.found(
                    context,
                    f"{head.id} outputs {width} channels for {classes} classes: {width} ≠ "
                    f"{classes}",
                    node=head,
                    mark=written.mark if written is not None else None,
                    help=f"give the last layer {classes} units",
                    values={"classes": classes, "channels": width},
                )
