"""Request reading: each requested answer with the numbers or the network that it depends on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from cnnanalyze.core.binding import bind, note_unknown
from cnnanalyze.core.diagnostics import Faults, quoted, show_tree
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import Section, fields_of
from cnnanalyze.core.tree import Mapping, Scalar, Tree
from cnnanalyze.core.tree import Sequence as ListTree
from cnnanalyze.core.usage import Usage
from cnnanalyze.course.sheets.questions.combination import COMBINATIONS
from cnnanalyze.course.sheets.questions.layer_pattern import PATTERN
from cnnanalyze.course.sheets.questions.number_chains import goes_back
from cnnanalyze.course.sheets.questions.topic import Topic, with_overrides
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.course.sheets.sheet import (
    SPEC_KEYS,
    AnswerFormat,
    AnswerRequest,
    CombinationBasis,
    NetworkBasis,
    TopicBasis,
)
from cnnanalyze.course.sheets.sheet_file import (
    NETWORK_KEYS,
    NetworkAnswer,
    WrittenAnswer,
    combined_answer,
)

ANSWER_KEYS = tuple(fields_of(WrittenAnswer))
_REPLACED_KEYS = {
    "over": ("layer",),
    "layer": ("over",),
    "spec": (*SPEC_KEYS, "set", "classes", "trains"),
    "layers": ("spec", "set", "classes", "trains"),
}
"""The keys of the question that a key of an answer replaces, besides the key itself."""
_TRAINING_QUANTITIES = frozenset({"trainable", "training_numbers"})
"""Quantities that ``trains`` affects."""

Entries = Sequence[tuple[Scalar, Tree]]


class RequestReader:
    """Reads the requested answers of one question, and records which data each depends on."""

    def __init__(
        self,
        question: Usage,
        notation: str,
        answer_format: AnswerFormat,
        shares_points: bool,
    ) -> None:
        self.question = question
        self.notation = notation
        self.answer_format = answer_format
        self.shares_points = shares_points
        self.faults: Faults = question.faults
        self.before = len(self.faults)
        self.topic = next((k for k in question.tree.keys() if k in TOPICS), "")  # noqa: SIM118
        base = question.tree.get(self.topic)
        self.base: Usage | None = None
        if isinstance(base, Mapping):  # the section refuses what it has not
            self.base = Usage(base, base.keys(), self.faults)

    def finish(self) -> None:
        """Record a fault for each number of the question that affects no answer."""
        if self.base is not None and len(self.faults) == self.before:
            self.base.finish("by any answer of the question")

    def read(
        self, name: str, written: WrittenAnswer, before: tuple[str, ...]
    ) -> Iterator[AnswerRequest]:
        """Read one requested answer."""
        words = tuple(written.about)  # what it is about says which it may have
        request = self._general(name, written)
        combined = [k for k in words if k in COMBINATIONS]
        topics = [k for k in words if k in TOPICS and not self._is_number(k, written)]
        about = [k for k in words if k in NETWORK_KEYS]
        is_of_network = bool({"spec", "layers"} & set(words))
        if combined:
            yield from self._combination(request, combined[0], written.tree, before)
        elif len(topics) > 1 or (topics and is_of_network):
            self.faults.add(f"'{name}' is about {quoted([*topics, *about])} at once", request.mark)
        elif is_of_network or not (topics or self.topic):
            base = () if self.topic else self.question.tree.entries
            yield from self._of_network(request, base, written)
        else:
            yield from self._of_topic(request, topics[0] if topics else self.topic, written)

    def _is_number(self, key: str, written: WrittenAnswer) -> bool:
        """Whether a word that names a topic is a number of this one: ``weight_decay: 0.1``."""
        known = fields_of(TOPICS[self.topic].section) if self.topic else {}
        return key in known and not isinstance(written.tree.get(key), Mapping)

    def _general(self, name: str, written: WrittenAnswer) -> AnswerRequest:
        """Read the keys that every requested answer may have."""
        if written.points is not None and self.shares_points:
            given = written.tree.get("points") or written.tree
            self.faults.add(
                "the question has 'points', which its answers share, so this one has none",
                given.mark,
                help="give points to the question or to its answers, not to both",
            )
        return AnswerRequest(
            name,
            Fraction(1) if written.points is None else written.points,
            CombinationBasis("", ()),
            written.tree.mark,
            written.text,
            written.notation or self.notation,
            written.over(self.answer_format, self.faults, is_one=True),
        )

    # --- other answers ----------------------------------------------------------------------------

    def _combination(
        self, request: AnswerRequest, word: str, tree: Mapping, before: tuple[str, ...]
    ) -> Iterator[AnswerRequest]:
        note_unknown(tree, combined_answer(word), f"a {word}", self.faults)
        value = tree.get(word)
        row = COMBINATIONS[word]
        items = value.items if isinstance(value, ListTree) else ()
        names = tuple(i.text for i in items if isinstance(i, Scalar))
        if len(names) != len(items) or not row.least <= len(names) <= row.most:
            count = "two answers" if row.most == row.least else "answers"
            self.faults.add(f"'{word}' takes a list of {count}", (value or tree).mark)
            return
        for item, name in zip(items, names, strict=True):
            if name not in before:
                self.faults.add(
                    f"there is no answer '{name}' before this one{nearest(name, before)}",
                    item.mark,
                    help=f"before it come {quoted(before)}" if before else "",
                )
                return
        yield request._replace(basis=CombinationBasis(word, names))

    # --- given numbers ----------------------------------------------------------------------------

    def _of_topic(
        self, request: AnswerRequest, name: str, written: WrittenAnswer
    ) -> Iterator[AnswerRequest]:
        topic = TOPICS[name]
        own = written.tree.get(name)
        rest = tuple(e for e in written.tree.entries if e[0].text not in {*ANSWER_KEYS, name})
        if own is not None and not isinstance(own, Mapping):
            self.faults.add(f"'{name}' must be a mapping, not {show_tree(own)}", own.mark)
            return
        base: Entries = ()
        if name == self.topic:
            self.question.read(name)
            whole = self.question.tree.get(name)
            if not isinstance(whole, Mapping):
                return  # told with the question
            base = whole.entries
        changes = (*(own.entries if isinstance(own, Mapping) else ()), *rest)
        quantity = self._quantity(topic, name, written.find, request)
        for level in (base, changes):
            topic.check(name, Mapping(tuple(level), request.mark), self.faults)
        renamed = topic.renamed(Mapping(tuple(changes), request.mark))
        replaced = {other for k, _ in renamed.entries for other in topic.instead.get(k.text, ())}
        kept = tuple(e for e in base if topic.word(e[0].text) not in replaced)
        before = topic.renamed(Mapping(kept, request.mark))
        section = bind(with_overrides(before, renamed), topic.section, f"'{name}'", self.faults)
        if section is None or not quantity:
            return
        self._count_as_read(topic, quantity, section, kept, changes)
        yield request._replace(basis=TopicBasis(name, quantity, section))

    def _count_as_read(
        self, topic: Topic, quantity: str, section: Section, kept: Entries, changes: Entries
    ) -> None:
        """Mark the data that affect the answer as read; its own data must affect it."""
        idle = topic.idle(quantity, section)
        changed = {topic.word(k.text) for k, _ in changes}
        if self.base is not None:
            for key, _ in kept:
                if topic.word(key.text) not in {*idle, *changed}:
                    self.base.read(key.text)
        for key, _ in changes:
            if topic.word(key.text) in idle:
                self.faults.add(
                    f"'{key.text}' does not affect '{quantity}' here", key.mark, code="SP003"
                )

    def _quantity(self, topic: Topic, name: str, find: Tree | None, request: AnswerRequest) -> str:
        known = tuple(topic.quantities)
        if find is None:
            if topic.default:
                return topic.default
            self.faults.add(
                f"'{name}' needs 'find': what is asked for",
                request.mark,
                help=f"there are {', '.join(known)}",
            )
            return ""
        text = find.text if isinstance(find, Scalar) else ""
        if text not in known:
            self.faults.add(
                f"'{name}' has no quantity {show_tree(find)}; it has {', '.join(known)}"
                f"{nearest(text, known)}",
                find.mark,
            )
            return ""
        return text

    # --- networks ---------------------------------------------------------------------------------

    def _of_network(
        self, request: AnswerRequest, base: Entries, written: WrittenAnswer
    ) -> Iterator[AnswerRequest]:
        before = len(self.faults)
        note_unknown(written.tree, NetworkAnswer, "an answer about a network", self.faults)
        if len(self.faults) > before:
            return
        find = written.find
        changes = tuple(e for e in written.tree.entries if e[0].text in NETWORK_KEYS)
        given = {k.text for k, _ in changes}
        replaced = {old for new, others in _REPLACED_KEYS.items() if new in given for old in others}
        kept = tuple(e for e in base if e[0].text in NETWORK_KEYS and e[0].text not in replaced)
        merged = with_overrides(
            Mapping(kept, self.question.tree.mark), Mapping(changes, request.mark)
        )
        if merged.get("spec") is None and merged.get("layers") is None:
            self.faults.add(
                f"nothing says what '{request.name}' is about",
                request.mark,
                help="name a 'spec', write 'input' and 'layers', "
                f"or take one of {', '.join(TOPICS)}",
            )
            return
        if not isinstance(find, Scalar) or find.value is None:
            self.faults.add(
                f"'{request.name}' needs 'find': what is asked for",
                (find or request).mark,
                help="such as output, parameters, macs, receptive_field",
            )
            return
        if self._contradicts(merged):
            return
        idle = _irrelevant(find.text)
        self.question.read(*(k.text for k, _ in kept if k.text not in {*idle, *given}))
        for key, _ in changes:
            if key.text in idle:
                self.faults.add(
                    f"'{key.text}' does not affect '{find.text}'", key.mark, code="SP003"
                )
        yield request._replace(basis=NetworkBasis(find.text, merged))

    def _contradicts(self, merged: Mapping) -> bool:
        """Record a fault if the network or the layers are given twice."""
        before = len(self.faults)
        if merged.get("spec") is not None:
            for key, _ in merged.entries:
                if key.text in SPEC_KEYS:
                    self.faults.add(
                        f"'{key.text}' is not read beside 'spec', which brings its own",
                        key.mark,
                        help="change a parameter of the spec with 'set', "
                        "or write 'input' and 'layers' without 'spec'",
                        code="SP003",
                    )
        words = {k.text: k for k, _ in merged.entries}
        if "layer" in words and "over" in words:
            self.faults.add(
                "either 'layer' names layers or 'over' adds them up, not both",
                words["over"].mark,
                code="SP003",
            )
        return len(self.faults) > before


def _irrelevant(quantity: str) -> tuple[str, ...]:
    """Return the keys that do not affect a quantity of a network."""
    idle: tuple[str, ...] = () if quantity in _TRAINING_QUANTITIES else ("trains",)
    idle += () if goes_back(quantity) else ("gradient", "label")
    return (*idle, "layer", "over") if quantity in PATTERN else idle
