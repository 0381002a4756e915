"""The worked answer for any quantity of any layer, of a block or of the whole network."""

from __future__ import annotations

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.quantities import OF
from cnnanalyze.core.quantities import known as known_as
from cnnanalyze.core.registry import nearest
from cnnanalyze.course.explanations import layer_questions, network_questions
from cnnanalyze.course.explanations.convention_notes import convention_notes
from cnnanalyze.course.explanations.explanation import Explanation
from cnnanalyze.course.explanations.layer_questions import LayerQuestion
from cnnanalyze.course.explanations.network_questions import QuestionScope
from cnnanalyze.course.explanations.notation import Notation
from cnnanalyze.course.explanations.notation import notation as find_notation
from cnnanalyze.course.explanations.reasons import reasons
from cnnanalyze.course.explanations.symbolic_layer import Draft, SymbolicLayer
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import inputs_of
from cnnanalyze.graph.node import NodeId


def quantities(analysis: Analysis, layer: str = "") -> tuple[str, ...]:
    """Which quantities of a layer, of a block, or of the network can be explained?

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> report = cnn.analyze("zoo:lecture_000_lenet")
    >>> quantities(report.analysis, "pool1")[:3], quantities(report.analysis)[:2]
    (('output', 'padding', 'fit'), ('parameters', 'weights'))
    """
    layer = find_layer(analysis, layer)
    style = find_notation("plain")
    if layer in analysis.facts:
        return tuple(
            word
            for topic, question in layer_questions.questions().items()
            for word in _words_for(analysis, layer, topic)
            if question.is_listed(_about(analysis, layer, word, style))
        )
    scope = QuestionScope(analysis, layer, style)
    return tuple(
        word
        for word, one in network_questions.questions().items()
        if one.applies(scope) and one.is_listed(scope)
    )


def can_explain(analysis: Analysis, layer: str, quantity: str) -> bool:
    """Whether a layer, a block or the network has a quantity that can be asked for.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> analysis = cnn.analyze("zoo:lecture_000_lenet").analysis
    >>> can_explain(analysis, "conv1", "stored"), can_explain(analysis, "pool1", "separable")
    (True, False)
    """
    style = find_notation("plain")
    if layer in analysis.facts:
        about = layer_questions.questions().get(topic_in(quantity))
        if about is None or not _is_of_input(analysis, layer, quantity, about):
            return False
        return about.applies(_about(analysis, layer, quantity, style))
    question = network_questions.questions().get(quantity)
    return question is not None and question.applies(QuestionScope(analysis, layer, style))


def topic_in(quantity: str) -> str:
    """Return the topic of a quantity, which may name an input.

    Examples
    --------
    >>> topic_in("receptive_field of left"), topic_in("output")
    ('receptive_field', 'output')
    """
    return quantity.partition(OF)[0]


def input_in(quantity: str) -> NodeId | None:
    """Return the input that a quantity names, if it names one.

    Examples
    --------
    >>> input_in("receptive_field of left"), input_in("output")
    ('left', None)
    """
    name = quantity.partition(OF)[2]
    return NodeId(name) if name else None


def _is_of_input(analysis: Analysis, layer: str, quantity: str, about: LayerQuestion) -> bool:
    """Whether a quantity names an input only where it may, and one that the layer sees."""
    name = input_in(quantity)
    if name is None:
        return True
    sees = dict(analysis[layer].sees) or analysis.network.inputs
    return about.of_input and name in sees


def _about(analysis: Analysis, layer: str, quantity: str, style: Notation) -> SymbolicLayer:
    return SymbolicLayer(analysis, analysis[layer], style, input_in(quantity))


def _words_for(analysis: Analysis, layer: str, topic: str) -> tuple[str, ...]:
    """Return the topic of a quantity, or one for each input that the layer sees."""
    sees = analysis[layer].sees
    several = layer_questions.questions()[topic].of_input and len(sees) > 1
    words = [f"{topic}{OF}{name}" for name, _ in sees] if several else [topic]
    return tuple(word for word in words if can_explain(analysis, layer, word))


def words_for(analysis: Analysis, layer: str, quantity: str) -> tuple[str, ...]:
    """Return the names under which a quantity can be explained, one per input that is seen.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, inputs: {left: 9x9x1, right: 9x9x1}, layers: ["
    ...     "{maxpool: 3, from: left}, {maxpool: 3, from: right}, {add: [maxpool1, maxpool2]}]}"
    ... )
    >>> analysis = cnn.analyze(net).analysis
    >>> words_for(analysis, "add1", "field"), words_for(analysis, "maxpool1", "field")
    (('receptive_field of left', 'receptive_field of right'), ('receptive_field',))
    """
    topic = topic_of(quantity)
    if layer not in analysis.facts or topic not in layer_questions.questions():
        return (topic,)
    return _words_for(analysis, layer, topic) or (topic,)


def explain(
    analysis: Analysis, layer: str = "", quantity: str = "parameters", notation: str = "plain"
) -> Explanation:
    """Explain a quantity of a layer, of a block or of the network.

    Parameters
    ----------
    analysis
        What the rules say of the network.
    layer
        The id of a layer or of a block, or as much of its end as only one has; nothing for the
        whole network.
    quantity
        One of :func:`quantities`, or what the table calls it: ``field``. Where a layer sees several
        inputs of the network, it says which: ``field of left``.
    notation
        One of :data:`~cnnanalyze.course.explanations.notation.NOTATIONS`.

    Raises
    ------
    UsageError
        If there is no such layer, quantity or notation, or several layers of that short name.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> report = cnn.analyze("zoo:lecture_000_lenet")
    >>> answer = explain(report.analysis, "conv1", "parameters")
    >>> answer.value, answer.substituted.value, explain(report.analysis).value
    (608, 608, 62958)
    """
    style = find_notation(notation)
    # Whatever is given is looked up as a text, so that it can be named where there is no such one.
    layer, quantity = find_layer(analysis, layer), topic_of(str(quantity))
    if not can_explain(analysis, layer, quantity):
        if len(each := words_for(analysis, layer, quantity)) > 1:
            raise UsageError(
                f"'{layer}' sees {len(each)} inputs and has a {quantity} of each",
                help=f"ask for {' or '.join(map(repr, each))}",
            )
        known = quantities(analysis, layer)
        raise UsageError(
            f"'{layer or analysis.network.name}' has no quantity '{quantity}' to explain"
            f"{nearest(str(quantity), known)}",
            help=_instead(analysis, layer, quantity) or f"there are {', '.join(known)}",
        )
    if layer not in analysis.facts:
        return explain_sum(QuestionScope(analysis, layer, style), quantity, notation)
    symbolic = _about(analysis, layer, quantity, style)
    topic = topic_in(quantity)
    about = layer_questions.questions()[topic]
    draft = about.work(symbolic)
    for key in about.reasons or (topic,):
        draft.reasons += reasons(symbolic, key)
    draft.remarks += convention_notes(symbolic, topic)
    words = about.words.format(id=layer, do="does")
    if (name := input_in(quantity)) is not None:
        words = f"{words.removesuffix('?')} in {name}?"
    return _explanation(words, symbolic.subject, (layer, quantity, notation), draft)


def explain_sum(scope: QuestionScope, quantity: str, notation: str = "plain") -> Explanation:
    """Explain a sum over a network, a block or several layers.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> analysis = cnn.analyze("zoo:lecture_000_lenet").analysis
    >>> dense = tuple(f for f in analysis if f.node.kind == "dense")
    >>> scope = QuestionScope(analysis, "", find_notation("plain"), dense, "the dense layers")
    >>> answer = explain_sum(scope, "parameters")
    >>> answer.question, answer.value
    ('How many parameters do the dense layers learn?', 59134)
    """
    network = scope.analysis.network
    question = network_questions.questions()[quantity]
    return _explanation(
        scope.ask(question.words),
        f"{network.name}, {inputs_of(network)}",
        (scope.group, quantity, notation),
        question.work(scope),
    )


def _instead(analysis: Analysis, layer: str, quantity: str) -> str:
    """Return a hint where a quantity applies instead, or for which input."""
    if layer in analysis.facts and topic_in(quantity) in layer_questions.questions():
        words = _words_for(analysis, layer, topic_in(quantity))
        if words and words != (quantity,):
            return f"ask for {' or '.join(map(repr, words))}"
    if quantity in network_questions.TRAINING:
        return "it is one of a network whose spec has a 'train:' section"
    if quantity == "centre" and layer in analysis.facts and analysis[layer].fields is not None:
        return f"the first unit of '{layer}' falls between the inputs and sees nothing"
    if quantity in layer_questions.questions() and layer not in analysis.facts:
        found = [f.node.id for f in (analysis.group(layer) if layer else analysis)]
        more = " ..." if len(found) > _FEW else ""
        return f"it is one of a single layer: {', '.join(found[:_FEW])}{more}"
    return ""


_FEW = 4


def _explanation(
    question: str, subject: str, key: tuple[str, str, str], draft: Draft
) -> Explanation:
    layer, quantity, notation = key
    return Explanation(
        question,
        subject,
        layer,
        quantity,
        notation,
        tuple(dict.fromkeys(draft.steps)),
        draft.value,
        draft.unit,
        tuple(dict.fromkeys(draft.reasons)),
        tuple(draft.remarks),
        draft.heads,
        draft.table,
        beside=draft.beside,
    )


def topic_of(word: str) -> str:
    """Return the name under which a quantity is explained; tables may use another.

    Examples
    --------
    >>> topic_of("field"), topic_of("stride"), topic_of("jump"), topic_of("memory")
    ('receptive_field', 'jump', 'jump', 'memory')
    >>> topic_of("field of left")
    'receptive_field of left'
    """
    every = {*layer_questions.questions(), *network_questions.questions()}
    named, of, name = word.partition(OF)
    quantity = known_as(named)
    return word if named in every or quantity is None else f"{quantity.topic}{of}{name}"


def is_quantity(word: str) -> bool:
    """Whether a word is a quantity of some layer or network.

    Examples
    --------
    >>> is_quantity("field"), is_quantity("conv1")
    (True, False)
    """
    return topic_in(topic_of(word)) in {
        *layer_questions.questions(),
        *network_questions.questions(),
    }


def find_layer(analysis: Analysis, word: str) -> str:
    """Return the layer or block of an id, or of a unique ending of an id.

    The number behind a kind may be left out, too, if there is only one of them.

    Raises
    ------
    UsageError
        If there is none, or if there are several.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> resnet = cnn.analyze("zoo:resnet50").analysis
    >>> find_layer(resnet, "conv1/batchnorm1"), find_layer(resnet, "softmax")
    ('conv1/batchnorm1', 'softmax1')
    """
    if not word or analysis.group(word):
        return word
    ends = {path: f"/{path}" for path in _paths(analysis)}
    found = [path for path, end in ends.items() if end.endswith(f"/{word}")]
    found = found or [p for p, end in ends.items() if end.rstrip("0123456789").endswith(f"/{word}")]
    if not found:
        analysis.network[word]  # refuses it, with the nearest name
    if len(found) > 1:
        more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
        raise UsageError(
            f"'{word}' may be {len(found)} layers or blocks of {analysis.network.name}",
            help=f"write as much of the path as only one has: {', '.join(found[:_FEW])}{more}",
        )
    return found[0]


def _paths(analysis: Analysis) -> list[str]:
    """Return the paths of all layers and blocks, in the order of execution."""
    found: dict[str, None] = {}
    for node in analysis.network:
        parts = node.id.split("/")
        found.update(dict.fromkeys("/".join(parts[:n]) for n in range(1, len(parts) + 1)))
    return list(found)
