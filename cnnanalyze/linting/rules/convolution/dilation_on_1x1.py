"""CV009: dilation on 1x1."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.tree import Mapping, Tree
from cnnanalyze.language.step import has_expression, written_of
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.edit import without_entry
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class DilationOn1x1(Rule):
    """A 1x1 convolution has a dilation.

    Why: dilation is the distance between the elements of a kernel. A 1x1 kernel has only one,
    so dilation has no effect.

    Instead: remove the dilation, or use the intended kernel.
    """

    code = "CV009"
    name = "dilation-on-1x1"
    severity = "warning"
    profiles = frozenset({"default"})
    attributes = frozenset({"dilation"})
    needs = "network"
    formula = "k = 1, d > 1"
    source = "the formula of the output size: d(k - 1) = 0"
    trips = "none of the networks in specs/"
    valid = (
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 1}\n"),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "blocks:\n"
            "  aspp: {params: {k: 1, d: 1}, layers: [{conv: {filters: 8, kernel: $k, dilation"
            ": $d}}]}\n"
            "layers:\n"
            "- aspp: {k: 1, d: 2}\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 1, dilation: 2}  # a remark\n",
            at=(4, 43),
            message="dilation 2 has no effect on a 1x1 kernel",
            path="conv1",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv:\n"
            "    filters: 8\n"
            "    dilation: 2  # no effect\n"
            "    kernel: 1\n",
            at=(6, 15),
            message="dilation 2 has no effect on a 1x1 kernel",
            path="conv1",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "blocks:\n"
            "  point: {params: {f: }, layers: [{conv: {filters: $f, kernel: 1, dilation: 2}}]}\n"
            "layers:\n"
            "- point: 8\n",
            at=(4, 77),
            message="dilation 2 has no effect on a 1x1 kernel",
            path="point1/conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at convolutions with one tap; what a parameter gives may be otherwise elsewhere."""
        assert context.network is not None
        for node in context.network:
            rates = layer_queries.dilation(node) if layer_queries.is_convolution(node) else ()
            if max(rates, default=1) == 1 or any(k > 1 for k in layer_queries.kernel(node)):
                continue
            written = written_of(node)
            arguments = None if written is None else written.arguments
            if _may_differ(arguments):
                continue
            fix = None
            if isinstance(arguments, Mapping):
                fix = without_entry(context, arguments, "dilation", "remove the dilation")
            yield self.found(
                context,
                f"dilation {max(rates)} has no effect on a 1x1 kernel",
                node=node,
                attribute="dilation",
                help="remove the dilation, or use the intended kernel",
                values={"dilation": max(rates)},
                fix=fix,
            )


def _may_differ(arguments: Tree | None) -> bool:
    """Whether the kernel or the dilation is computed, so that it may be another elsewhere."""
    if not isinstance(arguments, Mapping):
        return False
    return any(
        given is not None and has_expression(given)
        for given in (arguments.get("kernel"), arguments.get("dilation"))
    )
