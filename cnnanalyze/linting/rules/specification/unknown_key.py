"""SP003: unknown key."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class UnknownKey(FaultRule):
    """A key is unknown to the language, the layer kind or the section.

    Why: otherwise a misspelt word would be ignored, and the default used silently.

    Instead: correct the spelling; the message lists the allowed keys and the closest match.
    """

    code = "SP003"
    name = "unknown-key"
    source = (
        "timm's block strings ignore an unknown activation code: `else: continue` in "
        "_efficientnet_builder.py"
    )
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3, strides: 2}\n",
            at=(4, 33),
            message="'conv' has no attribute 'strides'; it takes kernel, stride, padding, "
            "dilation, bias, filters, groups, weight_standardized, gain; did you mean 'stride'?",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayer: []\nlayers: [relu]\n",
            at=(3, 1),
            message="a spec has no 'layer'; it takes cnn, name, family, source, about, year, "
            "extends, set, input, inputs, params, defaults, blocks, layers, outputs, expect, "
            "train, budgets, lint; did you mean 'layers'?",
        ),
    )
