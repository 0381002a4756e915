"""Solving: every question of a sheet worked out, each answer with its working."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from cnnanalyze.core.diagnostics import Faults, place_of, show_tree
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping as MappingTree
from cnnanalyze.core.tree import Scalar, Tree, plain
from cnnanalyze.course.explanations.notation import NOTATIONS
from cnnanalyze.course.misconceptions.solution import Solution
from cnnanalyze.course.sheets.answer_key import written_answer
from cnnanalyze.course.sheets.questions.changed_network import with_changes
from cnnanalyze.course.sheets.questions.combination import combine
from cnnanalyze.course.sheets.questions.matrices import exact
from cnnanalyze.course.sheets.questions.network import solve_network
from cnnanalyze.course.sheets.questions.network_selection import NetworkSelection
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.course.sheets.sheet import (
    SPEC_KEYS,
    AnswerRequest,
    CombinationBasis,
    NetworkBasis,
    Question,
    Sheet,
    TopicBasis,
    words_of,
)
from cnnanalyze.course.written_answers.parser import AnswerTerms
from cnnanalyze.course.written_answers.units import BYTES, NAMED, PERCENT, suits
from cnnanalyze.errors import CnnError, Fault, Mark, UsageError
from cnnanalyze.exchange.load import load
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.language.document import SpecFile, document_of
from cnnanalyze.language.expand import expand
from cnnanalyze.language.spec import Spec
from cnnanalyze.language.zoo import ZOO, find_spec
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.traits import Trait


class SolvedAnswer(NamedTuple):
    """One answer."""

    request: AnswerRequest
    solution: Solution
    selection: NetworkSelection | None = None
    """What it is about, if that is a network."""
    parts: Mapping[str, Solution] = {}
    """The answers that it is made of, if it is made of any."""

    @property
    def terms(self) -> AnswerTerms:
        """The tolerance of the answer, and how it is written."""
        answer_format = self.request.answer_format
        return AnswerTerms(
            answer_format.tolerance,
            answer_format.is_of_counts,
            answer_format.decimals,
            next((u for u in answer_format.units if _suits(u, self.solution)), ""),
            NOTATIONS[self.request.notation].width_first,
        )

    @property
    def answer_text(self) -> str:
        """The answer as it is written on paper."""
        return written_answer(self.solution, self.terms)


def _suits(unit: str, solution: Solution) -> bool:
    """Whether an answer can be given in a unit."""
    if solution.parts:
        return all(_suits(unit, part) for part in solution.parts)
    return solution.form == "number" and suits(unit, solution.unit)


class SolvedQuestion(NamedTuple):
    """One question with its answers, by their names."""

    question: Question
    answers: dict[str, SolvedAnswer]


@dataclass(frozen=True)
class SolvedSheet:
    """A sheet with all answers."""

    sheet: Sheet
    questions: tuple[SolvedQuestion, ...]

    def __getitem__(self, id: str) -> SolvedQuestion:  # noqa: A002 - the word of the sheet
        for found in self.questions:
            if found.question.id == id:
                return found
        known = [q.question.id for q in self.questions]
        raise UsageError(f"the sheet has no question '{id}'{nearest(id, known)}")


def _spec_file(name: str, folder: Path | None) -> Path:
    """Return the file of a spec that a sheet names: in the zoo, or from its own folder on."""
    if name.startswith(ZOO) or folder is None:
        return find_spec(name)
    return folder / name


def solve(sheet: Sheet, notation: str = "") -> SolvedSheet:
    """Work out all questions of a sheet.

    Parameters
    ----------
    sheet
        The sheet.
    notation
        The notation of all answers; by default those that the sheet names.

    Raises
    ------
    CnnError
        With every question that cannot be answered, each at its place.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.course.sheets.sheet_reading import read_sheet
    >>> sheet = read_sheet(Source("here", "{sheet: 1, questions: [{window: {n: 6, f: 3, p: 1}}]}"))
    >>> solve(sheet)["1"].answers["answer"].answer_text
    '6'
    """
    worker = _Solver(sheet, notation)
    found = tuple(worker.question(q) for q in sheet.questions)
    worker.faults.raise_if_any()
    return SolvedSheet(sheet, found)


def _check_unit(solved: SolvedAnswer) -> None:
    """Refuse a unit that is said of an answer and does not suit it."""
    answer_format = solved.request.answer_format
    if answer_format.own_unit and answer_format.units and not solved.terms.unit:
        counted = {BYTES: "bytes", PERCENT: "percent"}.get(solved.solution.unit, "no unit")
        raise UsageError(
            f"'{solved.request.name}' has {counted}, so it cannot be given in "
            f"{' or '.join(answer_format.units)}",
            help=f"units are {', '.join(NAMED)}",
        )


def _place(request: AnswerRequest, fault: Fault) -> Mark:
    """Return the place of the word that a message speaks of, or else of the question."""
    if isinstance(request.basis, NetworkBasis):
        mark = place_of(request.basis.tree, fault.message)
        return request.mark if mark is request.basis.tree.mark else mark
    return request.mark


class _Solver:
    """Works out questions; networks are read once for all that ask about them."""

    def __init__(self, sheet: Sheet, notation: str) -> None:
        self.sheet = sheet
        self.notation = notation
        self.faults = Faults()
        self.networks: dict[tuple[Any, ...], Network] = {}
        self.abouts: dict[tuple[Any, ...], NetworkSelection] = {}

    def question(self, question: Question) -> SolvedQuestion:
        found: dict[str, SolvedAnswer] = {}
        for request in question.requests:
            own = request._replace(notation=self.notation or request.notation)
            try:
                solved = self.answer(own, found)
                _check_unit(solved)
                found[request.name] = solved
            except CnnError as error:
                for fault in error.faults:
                    placed = fault if fault.mark else replace(fault, mark=_place(request, fault))
                    self.faults.note(placed)
        return SolvedQuestion(question, found)

    def answer(self, request: AnswerRequest, found: Mapping[str, SolvedAnswer]) -> SolvedAnswer:
        builder = ExplanationBuilder(request.notation)
        match request.basis:
            case TopicBasis(topic, quantity, section):
                return SolvedAnswer(request, TOPICS[topic].solve(quantity, section, builder))
            case CombinationBasis(word, names):
                missing = [n for n in names if n not in found]
                if missing:  # its own fault is noted already
                    raise UsageError(f"without '{missing[0]}' this cannot be worked out")
                parts = {n: found[n].solution for n in names}
                return SolvedAnswer(request, combine(word, names, parts, builder), parts=parts)
            case NetworkBasis(quantity, tree):
                selection = self.selection(tree)
                return SolvedAnswer(request, solve_network(selection, quantity, builder), selection)

    # --- networks ---------------------------------------------------------------------------------

    def selection(self, tree: MappingTree) -> NetworkSelection:
        """Return what a question is about, read once for all that ask the same."""
        layers = words_of(tree.get("layer"))
        over = words_of(tree.get("over"))
        for word, words in (("layer", layers), ("over", over)):
            if not all(isinstance(w, str) for w in words):
                place = tree.get(word)
                assert place is not None
                raise CnnError(Fault(f"'{word}' must name layers", place.mark))
        several = len(layers) > 1 or _is_list(tree, "layer")
        network, origin, overlooked = self.network(tree)
        upstream, label = self.behind(tree)
        key = (id(network), id(origin), layers, over, several, repr(upstream), label)
        if key not in self.abouts:
            known = next((a for a in self.abouts.values() if a.network is network), None)
            made = NetworkSelection(
                network,
                "" if several or not layers else layers[0],
                layers if several else (),
                over,
                origin=origin,
                overlooked=overlooked,
                upstream=upstream,
                label=label,
            )
            if known is not None:
                made.__dict__["analysis"] = known.analysis  # the same network: ask once
            self.abouts[key] = made
        return self.abouts[key]

    def behind(self, tree: MappingTree) -> tuple[Any, tuple[int | Fraction, ...] | None]:
        """Return what comes from behind the network: a gradient, or the label of a loss."""
        label, gradient = tree.get("label"), tree.get("gradient")
        if label is not None and gradient is not None:
            raise CnnError(
                Fault(
                    "either 'gradient' comes from behind or the loss with 'label', not both",
                    max(label.mark, gradient.mark, key=lambda mark: mark.position),
                    code="SP003",
                )
            )
        if gradient is not None and not isinstance(plain(gradient), list):
            raise CnnError(
                Fault(f"'gradient' must be rows of numbers, not {show_tree(gradient)}",
                      gradient.mark)
            )  # fmt: skip
        if label is None:
            return None if gradient is None else plain(gradient), None
        numbers = plain(label)
        if not isinstance(numbers, list):
            raise CnnError(
                Fault(
                    f"'label' must list a number for each class, not {show_tree(label)}",
                    label.mark,
                )
            )
        try:
            return None, tuple(map(exact, numbers))
        except ValueError as error:
            raise CnnError(Fault(f"'label' {error}", label.mark)) from None

    def network(self, tree: MappingTree) -> tuple[Network, Network | None, str]:
        """Return the network, the one without a change by the question, and the change in words."""
        settings = tree.get("set")
        given: dict[str, Any] = {}
        if isinstance(settings, MappingTree):
            given = {k.text: plain(v) for k, v in settings.entries}
        elif settings is not None:
            raise CnnError(
                Fault(f"'set' must be a mapping, not {show_tree(settings)}", settings.mark)
            )
        base = self.read(tree, {})
        network = self.read(tree, given) if given else base
        trains = tree.get("trains")
        made = self.changed(network, tree.get("classes"), trains)
        if tree.get("classes") is not None:
            kept = self.changed(network, None, trains)
            return made, kept, "kept the classes that the network had"
        if given:
            words = "took the network as its spec has it, without the settings of the question"
            return made, self.changed(base, None, trains), words
        return made, None, ""

    def read(self, tree: MappingTree, settings: dict[str, Any]) -> Network:
        spec = tree.get("spec")
        if spec is None:
            section = MappingTree(
                tuple(e for e in tree.entries if e[0].text in SPEC_KEYS), tree.mark
            )
            key: tuple[Any, ...] = (repr(plain(section)), repr(settings))
            if key not in self.networks:
                self.networks[key] = build_inline(section, settings, self.sheet)
            return self.networks[key]
        if not isinstance(spec, Scalar) or not isinstance(spec.value, str):
            raise CnnError(Fault(f"'spec' must name a spec, not {show_tree(spec)}", spec.mark))
        key = (spec.value, repr(settings))
        if key not in self.networks:
            try:
                self.networks[key] = load(_spec_file(spec.value, self.sheet.folder), settings)
            except CnnError as error:
                raise CnnError(
                    *(f if f.mark else replace(f, mark=spec.mark) for f in error.faults)
                ) from None
        return self.networks[key]

    def changed(self, network: Network, classes: Tree | None, trains: Tree | None) -> Network:
        """Return the network with a new head, and with what does not train frozen."""
        if classes is None and trains is None:
            return network
        key = (id(network), repr(classes and plain(classes)), repr(trains and plain(trains)))
        if key not in self.networks:
            made = network
            if classes is not None:
                number = plain(classes)
                if type(number) is not int or number < 1:
                    words = (
                        f"'classes' must be a whole number of at least 1, not {show_tree(classes)}"
                    )
                    raise CnnError(Fault(words, classes.mark))
                made = with_classes(made, number)
            if trains is not None:
                made = with_training(made, tuple(map(str, words_of(trains))))
            self.networks[key] = made
        return self.networks[key]


def _is_list(tree: MappingTree, key: str) -> bool:
    found = tree.get(key)
    return found is not None and isinstance(plain(found), list)


class InlineSpec(SpecFile):
    """A spec inside of another text, which says whose it is."""

    needs: ClassVar[tuple[tuple[str, ...], ...]] = (("input", "inputs"), ("layers",))


def build_inline(tree: MappingTree, settings: dict[str, Any], sheet: Sheet) -> Network:
    """Build the network that stands in a question; its faults have their places in the sheet."""
    faults = Faults()
    document = document_of(sheet.source, tree, InlineSpec, "the network of a question", faults)
    faults.raise_if_any()
    expansion = expand(document, settings, faults)
    faults.raise_if_any()
    assert expansion is not None
    return Spec(
        "the network",
        expansion.inputs,
        expansion.nodes,
        expansion.outputs,
        document,
        settings=tuple(settings.items()),
        parameters=tuple(expansion.parameters.items()),
    )


def with_classes(network: Network, classes: int) -> Network:
    """Return a network whose last dense layer has an output per class.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> with_classes(cnn.load("zoo:vgg16"), 10)["fc3"].output.channels
    10
    """
    dense = [n for n in network if Trait.DENSE in n.layer.traits and "units" in n.attributes]
    if not dense:
        raise UsageError(
            f"{network.name} ends in no dense layer, so its classes cannot be replaced"
        )
    head = dense[-1].layer.model_copy(update={"units": classes})
    return with_changes(network, lambda n: head if n.id == dense[-1].id else n.layer)


def with_training(network: Network, names: tuple[str, ...]) -> Network:
    """Return a network in which only some layers train: ids, blocks, patterns, kinds, or all."""
    for name in names:
        if name != "all" and not any(_is_meant(n, name) for n in network):
            ids = [*network.by_id, "all"]
            raise UsageError(f"{network.name} has no layer '{name}'{nearest(name, ids)}")
    nodes = tuple(
        replace(n, frozen=not any(w == "all" or _is_meant(n, w) for w in names)) for n in network
    )
    return replace(network, nodes=nodes)


def _is_meant(node: Node, name: str) -> bool:
    return (
        node.id == name
        or node.id.startswith(f"{name}/")
        or node.kind == KINDS.canonical(name)
        or fnmatchcase(node.id, name)
    )
