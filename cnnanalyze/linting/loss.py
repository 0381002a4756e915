"""Losses by name: what each wants from the head of a network."""

from __future__ import annotations

import re

_LOGITS = """
crossentropyloss softmaxcrossentropy softmaxcrossentropywithlogits softmaxwithloss softmaxloss
sparsesoftmaxcrossentropywithlogits bcewithlogitsloss bcewithlogits binarycrossentropywithlogits
sigmoidcrossentropy sigmoidcrossentropywithlogits sigmoidcrossentropyloss
"""
_PROBABILITIES = """
categoricalcrossentropy sparsecategoricalcrossentropy binarycrossentropy bceloss multinomiallogistic
multinomiallogisticloss kullbackleiblerdivergence kldivergence
"""
_LOG_PROBABILITIES = "nllloss negativeloglikelihood kldivloss"
WANTS = {
    **dict.fromkeys(_LOGITS.split(), "logits"),
    **dict.fromkeys(_PROBABILITIES.split(), "probabilities"),
    **dict.fromkeys(_LOG_PROBABILITIES.split(), "log-probabilities"),
}
"""By the name of a loss, in lower case without signs.

PyTorch's ``CrossEntropyLoss`` applies softmax itself, Keras' ``categorical_crossentropy`` wants
probabilities. A plain "cross-entropy" may be either, and is not judged.
"""


def wanted(loss: str) -> str:
    """Return what a loss wants: ``logits``, ``probabilities``, ``log-probabilities`` or nothing.

    Examples
    --------
    >>> wanted("torch.nn.CrossEntropyLoss"), wanted("categorical_crossentropy"), wanted("mse")
    ('logits', 'probabilities', '')
    >>> wanted("tf.keras.losses.CategoricalCrossentropy(from_logits=True)")
    'logits'
    """
    name, _, options = loss.strip().partition("(")
    word = re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())
    found = WANTS.get(word, "")
    if found == "probabilities" and re.search(r"from_logits\s*=\s*True", options):
        return "logits"
    return found
