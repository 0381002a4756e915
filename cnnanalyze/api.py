"""The front door: plain functions for what most people want, values for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnanalyze.analysis.pipeline import analyze as analyze_network
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.word_list import words_of
from cnnanalyze.errors import CnnError, Source, UsageError
from cnnanalyze.exchange.network_source import (
    NETWORK,
    counted,
    file_of,
    name_of,
    read,
    read_like,
    refuse_settings,
    settings_of,
    text_of,
)
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import build
from cnnanalyze.language.spec import Spec, spec_of
from cnnanalyze.language.zoo import zoo as zoo  # noqa: PLC0414 - part of the front door
from cnnanalyze.report.network_report import Report

if TYPE_CHECKING:
    from cnnanalyze.analysis.closed_forms import ClosedForms
    from cnnanalyze.comparison.conformance.result import Conformance
    from cnnanalyze.comparison.conformance.weights import WeightConformance
    from cnnanalyze.course.grading.grade import GradedClass
    from cnnanalyze.crosscheck.result import Balance
    from cnnanalyze.drawing.picture import Drawing
    from cnnanalyze.exporting.targets import Export
    from cnnanalyze.linting.fix_result import FixResult
    from cnnanalyze.linting.result import LintResult
    from cnnanalyze.linting.settings import SettingsSource
    from cnnanalyze.report.audit_result import AuditResult
    from cnnanalyze.report.budget_result import BudgetResult
    from cnnanalyze.report.derivation.worked import Worked
    from cnnanalyze.report.difference import Difference
    from cnnanalyze.report.listing import Listing
    from cnnanalyze.report.page.gallery_folder import Gallery
    from cnnanalyze.report.sheet import Homework
    from cnnanalyze.updating.update import Update

Settings = Mapping[str, object]
"""Values for parameters of a spec, by name."""


def load(path: str | Path, *, settings: Settings | None = None) -> Spec:
    """Read the spec of a network from a file, or from the zoo.

    Parameters
    ----------
    path
        A file, or ``zoo:NAME``.
    settings
        Values for the spec's parameters, by name.

    Returns
    -------
    Spec
        The network, its layers in the order of execution with their shapes, and what the text
        says besides.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place; or if it has no such parameter.
    UsageError
        If there is no such file.

    Examples
    --------
    >>> load("zoo:mobilenet_v1", settings={"width": 0.5}).parameters[0]
    ('width', 0.5)
    """
    return spec_of(read(path, settings, open_sizes=True))


def loads(text: str, *, name: str = "<text>", settings: Settings | None = None) -> Spec:
    """Read the spec of a network from a text.

    Parameters
    ----------
    text
        The spec: YAML.
    name
        What messages call it.
    settings
        Values for the spec's parameters, by name.

    Returns
    -------
    Spec
        The network, its layers in the order of execution with their shapes, and what the text
        says besides.

    Raises
    ------
    SpecError
        With every fault of the text, each at its place.

    Examples
    --------
    >>> net = loads("{cnn: 1, input: 11x13x3, layers: [{conv: {filters: 5, kernel: 3}}, relu]}")
    >>> str(net["relu1"].output)
    '9x11x5'
    """
    return build(Source(name, text_of(text)), settings_of(settings), open_sizes=True)


def from_onnx(
    path: str | Path,
    *,
    inputs: Mapping[str, Sequence[int]] | None = None,
    outputs: Sequence[str] | None = None,
) -> Spec:
    """Read an ONNX file, whatever it is called, without a weight of it.

    Parameters
    ----------
    path
        The file. Files beside it, where weights may lie, are not opened.
    inputs
        Extents of inputs by name, as the file has them, with the batch or without it, in place of
        those of the file.
    outputs
        The values that come out, by their names in the file; by default what the file says.

    Returns
    -------
    Spec
        The network. Its ``notes`` say what it does not show, such as that it is quantised.

    Raises
    ------
    SpecError
        With what is wrong with the file, and the node.
    UsageError
        If there is no such file.

    Examples
    --------
    >>> try:
    ...     from_onnx("nowhere.onnx")
    ... except UsageError as error:
    ...     print(error.message)
    there is no file nowhere.onnx
    """
    from cnnanalyze.exchange.load import load_by
    from cnnanalyze.exchange.onnx.network import load as read_onnx

    return load_by(read_onnx, name_of(path, "an ONNX file"), inputs=inputs, outputs=outputs)


def from_caffe(path: str | Path, *, inputs: Mapping[str, Sequence[int]] | None = None) -> Spec:
    """Read a network of Caffe, whatever its file is called.

    Parameters
    ----------
    path
        The file, in protobuf's text format.
    inputs
        Channels, height and width of inputs by name, in place of those of the file.

    Returns
    -------
    Spec
        The network as it is used: layers for training are left out.

    Raises
    ------
    SpecError
        With what is wrong with the file, and where.
    UsageError
        If there is no such file.

    Examples
    --------
    >>> try:
    ...     from_caffe("nowhere.prototxt", inputs={"data": (3, 224, 224)})
    ... except UsageError as error:
    ...     print(error.message)
    there is no file nowhere.prototxt
    """
    from cnnanalyze.exchange.caffe import read as read_caffe
    from cnnanalyze.exchange.load import load_by

    return load_by(read_caffe, name_of(path, "a network of Caffe"), inputs=inputs)


def from_darknet(path: str | Path, *, inputs: Mapping[str, Sequence[int]] | None = None) -> Spec:
    """Read a configuration of Darknet, whatever it is called.

    Parameters
    ----------
    path
        The file.
    inputs
        Height and width of ``input``, and perhaps its channels, in place of those of the file.

    Returns
    -------
    Spec
        The network: what goes to its heads comes out.

    Raises
    ------
    SpecError
        With what is wrong with the file, and where.
    UsageError
        If there is no such file.

    Examples
    --------
    >>> try:
    ...     from_darknet("nowhere.cfg", inputs={"input": (608, 608)})
    ... except UsageError as error:
    ...     print(error.message)
    there is no file nowhere.cfg
    """
    from cnnanalyze.exchange.darknet import read as read_darknet
    from cnnanalyze.exchange.load import load_by

    return load_by(read_darknet, name_of(path, "a configuration of Darknet"), inputs=inputs)


def from_keras(
    model: object,
    *,
    inputs: Mapping[str, Sequence[int]] | None = None,
    outputs: Sequence[str] | None = None,
) -> Spec:
    """Read a Keras model, or a file of one, without running anything that it names.

    Parameters
    ----------
    model
        A model of Keras 2 or 3, or the name of a file: ``.keras``, or what ``to_json`` gives.
    inputs
        Extents of inputs by name, the channels where the model has them and without the batch, in
        place of those of the model.
    outputs
        The layers whose output comes out; by default what the model gives.

    Returns
    -------
    Spec
        The network. Its ``notes`` say what it does not show, such as a layer of code.

    Raises
    ------
    SpecError
        If the model is of a class of its own, or contradicts itself.
    UsageError
        If there is no such file, or this is no model.

    Examples
    --------
    >>> dense = {"class_name": "Dense", "config": {"units": 7, "batch_input_shape": [None, 5]}}
    >>> class Model:
    ...     def to_json(self):
    ...         return json.dumps({"class_name": "Sequential", "config": [dense]})
    >>> import json
    >>> analyze(from_keras(Model())).total.parameters
    42
    """
    from cnnanalyze.exchange.keras.network import from_text
    from cnnanalyze.exchange.keras.network import read as read_keras
    from cnnanalyze.exchange.load import load_by

    to_json = getattr(model, "to_json", None)
    if callable(to_json):
        return spec_of(from_text(str(to_json()), inputs=inputs, outputs=outputs))
    path = name_of(model, "a model of Keras is one with 'to_json', or a file")
    return load_by(read_keras, path, inputs=inputs, outputs=outputs)


def from_torch(module: object, *examples: object, name: str = "") -> Spec:
    """Return the network of a PyTorch module; none of its weights is read.

    ``torch.export`` records it, in this process, as it is in use.

    Parameters
    ----------
    module
        The module.
    *examples
        For each input its shape as the module takes it, the batch included, ``(1, 3, 224, 224)``,
        or a tensor.
    name
        What the network is called; by default the class of the module.

    Returns
    -------
    Spec
        The network. Its ``notes`` say what it does not show, such as what has no layer.

    Raises
    ------
    UsageError
        If no example is given, or PyTorch cannot record the module.
    SpecError
        If the module does what no network is.

    Examples
    --------
    >>> from_torch("resnet50", (1, 3, 224, 224))
    Traceback (most recent call last):
    ...
    cnnanalyze.errors.UsageError: error: a PyTorch module is needed, not str
      help: from_torch(model, (1, 3, 224, 224))
    """
    from cnnanalyze.exchange.torch.module import from_torch as read_module

    return read_module(module, *examples, name=name)


def dumps(network: Network, *, folded: bool = False) -> str:
    """Write a network as a spec: flat, one line a layer, with long names; or as people write it.

    Parameters
    ----------
    network
        The network.
    folded
        Whether what repeats becomes blocks, repeats and tables. Names of layers are then not kept.

    Returns
    -------
    str
        A spec that gives the same network.

    Raises
    ------
    UsageError
        If this is no network.

    Examples
    --------
    >>> net = loads("{cnn: 1, name: tiny, input: 5x5x1, layers: [relu]}")
    >>> loads(dumps(net)).nodes[0].kind
    'relu'
    >>> len(dumps(load("zoo:resnet152")).splitlines())
    522
    >>> len(dumps(load("zoo:resnet152"), folded=True).splitlines())
    38
    """
    if folded:
        from cnnanalyze.exchange.folding.fold import fold

        return fold(network)
    from cnnanalyze.language.writer import write

    return write(network)


def analyze(network: Network | str | Path, *, settings: Settings | None = None) -> Report:
    """Compute shapes, parameters, operations, receptive fields and memory by rule.

    Parameters
    ----------
    network
        The network, or where to load it from: a file, or ``zoo:NAME``.
    settings
        Values for the spec's parameters, by name.

    Returns
    -------
    Report
        Sums and layers. Counts are exact whole numbers for one image; sizes are pixels.

    Raises
    ------
    SpecError
        With every fault of the spec, each at its place; or if it has no such parameter.
    UsageError
        If there is no such file, or if a network that is read already is to get settings.

    Examples
    --------
    >>> report = analyze("zoo:lenet5")
    >>> report.total.parameters, report.total.operations("mac")
    (60000, 326520)
    >>> str(report["C3"].output), report["C3"].fields[0].local.size
    ('10x10x16', 14)
    """
    return Report(analyze_network(read(network, settings)))


def closed_forms(network: Network | str | Path, *, settings: Settings | None = None) -> ClosedForms:
    """Tell shapes, parameters and operations for all sizes of the input that are left open.

    Parameters
    ----------
    network
        The network, or where to load it from: a file, or ``zoo:NAME``. Its input has symbols for
        the sizes that are open, as in ``input: HxWx3``.
    settings
        Values for the spec's parameters, by name; a symbol that is set is not open any more.

    Returns
    -------
    ClosedForms
        For each layer and for the whole, polynomials in the symbols and in rounded quotients of
        them, and the sizes for which they hold. Counts are for one image.

    Raises
    ------
    SpecError
        With every fault of the spec, each at its place.
    UsageError
        If no size is open, or if there is no such file.

    Examples
    --------
    >>> net = loads("{cnn: 1, input: HxWx3, layers: [{conv: {filters: 8, kernel: 3, stride: 2}}]}")
    >>> forms = closed_forms(net)
    >>> print(forms.layers[0].shape, forms.totals["macs"], forms.domain, sep=", ")
    ⌊(H - 1)/2⌋x⌊(W - 1)/2⌋x8, 216·⌊(H - 1)/2⌋·⌊(W - 1)/2⌋, H ≥ 3; W ≥ 3
    >>> forms.totals["macs"].evaluate({"H": 224, "W": 224})
    2661336
    """
    from cnnanalyze.crosscheck.closed_forms import find_closed_forms

    return find_closed_forms(read(network, settings, open_sizes=True))


def verify(
    network: Network | str | Path,
    *,
    settings: Settings | None = None,
    limit: int | None = None,
    operations: int | None = None,
    lines: int | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Balance:
    """Run the network in NumPy and compare everything that it shows with what the rules say.

    Parameters
    ----------
    network
        The network, or where to load it from.
    settings
        Values for the spec's parameters, by name.
    limit
        The bytes that the run may need; more is refused. By default 1 GiB.
    operations
        The operations that the run may take; more is refused. By default 200 billion. Receptive
        fields are observed by as many lines of the input as can be followed with so many again.
    lines
        The most lines of the input that are followed to observe receptive fields, 3 or more; by
        default all.
    progress
        Called with the share of the work that is done and the layer at hand.

    Returns
    -------
    Balance
        How many entries were compared, and those that differ.

    Raises
    ------
    ExecutionError
        If the run would need more memory than ``limit``, or more than ``operations``.

    Examples
    --------
    >>> verify(
    ...     loads("{cnn: 1, input: 5x7x2, layers: [{conv: {filters: 3, kernel: 3}}]}")
    ... ).is_balanced
    True
    """
    from cnnanalyze.crosscheck.balance import LIMIT, balance
    from cnnanalyze.crosscheck.effort import ALLOWED

    counted("limit", limit)
    counted("operations", operations)
    counted("lines", lines, least=3)
    return balance(
        read(network, settings),
        limit=limit or LIMIT,
        operations=operations or ALLOWED,
        lines=lines,
        progress=progress,
    )


def lint(
    *networks: Network | str | Path,
    select: str | Sequence[str] | None = None,
    ignore: str | Sequence[str] = (),
    profile: str | None = None,
    target: str | None = None,
    settings: Settings | None = None,
) -> LintResult:
    """Find what is wrong in specs, and what looks wrong.

    Faults of a spec are findings, too, and are not raised. The configuration file that is closest
    to a spec holds, as for ``cnnanalyze lint``; for networks without a file none does.

    Parameters
    ----------
    *networks
        Networks, files, or ``zoo:NAME``.
    select
        Codes, first letters of codes or names of rules: only these are on.
    ignore
        Rules that are off.
    profile
        ``default``, ``teaching`` or ``strict``.
    target
        The hardware whose rules are on besides.
    settings
        Values for the parameters of the specs, by name.

    Returns
    -------
    LintResult
        The findings by file; going through it gives the findings.

    Raises
    ------
    UsageError
        If a file cannot be read, or there is no such rule, profile or target.

    Examples
    --------
    >>> net = loads("{cnn: 1, input: 5x5x1, layers: [{conv: {filters: 3, kernel: 3}}, bn, relu]}")
    >>> [finding.name for finding in lint(net, select=["NA", "even-kernel"])]
    ['bias-before-norm']
    """
    from cnnanalyze.linting.engine import lint_network
    from cnnanalyze.linting.result import LintResult
    from cnnanalyze.linting.run import Configuration, lint_specs, of_file

    source = _asked_of_lint(select, ignore, profile, target)
    configuration = Configuration(source)
    alone = Configuration(source, isolated=True)
    values = settings_of(settings)
    files = []
    for network in networks:
        if isinstance(network, Network):
            refuse_settings(network, values)
            files.append(lint_network(network, alone.of(Path())))
            continue
        for found in lint_specs([of_file(file_of(network))], configuration, values):
            if isinstance(found, CnnError):
                raise found
            files.append(found)
    return LintResult(tuple(files))


def fix(
    *specs: str | Path,
    select: str | Sequence[str] | None = None,
    ignore: str | Sequence[str] = (),
    profile: str | None = None,
    target: str | None = None,
    unsafe: bool = False,
    settings: Settings | None = None,
) -> FixResult:
    """Put the safe fixes of what ``lint`` finds into specs; the files change when it is said.

    A fix is left out if the text then differs anywhere but where it was edited, has more faults,
    or gives other output shapes.

    Parameters
    ----------
    *specs
        Files, or ``zoo:NAME``, whose own file is never changed.
    select, ignore, profile, target
        Which rules are on, as for ``lint``.
    unsafe
        Whether fixes are put in that make a claim or a budget of the spec fail.
    settings
        Values for the parameters of the specs, by name.

    Returns
    -------
    FixResult
        The changes: ``diff`` shows them, ``left`` is what is found afterwards, and ``write()``
        changes the files.

    Raises
    ------
    UsageError
        If a file cannot be read, or is no spec, or there is no such rule, profile or target.

    Examples
    --------
    >>> result = fix("zoo:vgg16", select="CV")
    >>> result.count, result.diff, len(result.left)
    (0, '', 0)
    """
    from cnnanalyze.linting.fix_result import FixResult
    from cnnanalyze.linting.fixes import mend
    from cnnanalyze.linting.run import Configuration, of_file

    configuration = Configuration(_asked_of_lint(select, ignore, profile, target))
    values = settings_of(settings)
    found = []
    for name in specs:
        spec = replace(of_file(file_of(name)), is_of_zoo=str(name).startswith("zoo:"))
        if spec.is_model:
            raise UsageError(
                f"'{spec.name}' is no spec and is not changed",
                help="'cnnanalyze.lint' says what is found in it",
            )
        chosen = configuration.of(spec.folder)
        found.append((spec, mend(spec.open(), spec.base, chosen, values, with_unsafe=unsafe)))
    return FixResult(tuple(found))


def _asked_of_lint(
    select: str | Sequence[str] | None,
    ignore: str | Sequence[str],
    profile: str | None,
    target: str | None,
) -> SettingsSource:
    """Return what arguments say of the rules that are on."""
    from cnnanalyze.linting.selection import Level
    from cnnanalyze.linting.settings import SettingsSource

    chosen = None if select is None else words_of(select)
    return SettingsSource("the arguments", Level(profile, target, chosen, (), words_of(ignore)))


def explain(
    network: Network | str | Path,
    layer: str | int = "",
    quantity: str = "parameters",
    *,
    notation: str = "plain",
    settings: Settings | None = None,
) -> Worked:
    """Why is a number of a layer, or of the network, what it is?

    Parameters
    ----------
    network
        The network, or where to load it from.
    layer
        The id of a layer or of a block, or the place of a layer; nothing for the whole network.
    quantity
        What to explain: ``output``, ``parameters``, ``macs``, ``receptive_field`` and others.
    notation
        Symbols and habits: ``plain``, ``ng``, ``cs231n``, ``bologna``, ``keras`` or ``pytorch``.
    settings
        Values for the spec's parameters, by name.

    Returns
    -------
    Worked
        The formula, the numbers put in, the result, and the reasons.

    Raises
    ------
    UsageError
        If there is no such layer, quantity or notation.

    Examples
    --------
    >>> answer = explain("zoo:lecture_000_lenet", "conv1", "output", notation="ng")
    >>> str(answer.value), answer.formula
    ('28x28x8', '⌊(n^[l-1] + 2p - f) / s + 1⌋')
    """
    from cnnanalyze.course.explanations.explain import explain as work_out
    from cnnanalyze.report.derivation.worked import Worked

    analysis = analyze_network(read(network, settings))
    path = layer if isinstance(layer, str) else analysis[layer].node.id
    return Worked(work_out(analysis, path, quantity, notation))


def check(
    spec: Network | str | Path,
    model: Network | str | Path | object,
    *,
    folded: bool = False,
    settings: Settings | None = None,
) -> Conformance | WeightConformance:
    """Is a model the network that its spec declares?

    Names do not matter, nor does in which way the same is written; dropout, and the softmax that
    ends one of both, are left out of account. Of a file of weights (``.safetensors``, or a listing
    of a ``state_dict``) the extents of all tensors are checked, and no number is read.

    Parameters
    ----------
    spec
        What is declared: a network, a file, or ``zoo:NAME``.
    model
        What is there: the same, a file of another program, a file of weights, or a PyTorch module,
        which gets inputs as the spec has them.
    folded
        Whether batch normalisation is worked into the layers before it, as exporters do.
    settings
        Values for the parameters of the spec, by name.

    Returns
    -------
    Conformance or WeightConformance
        A proof that both are the same network, or the first things in which they are not.

    Raises
    ------
    CnnError
        With all that is wrong with a file, each at its place.

    Examples
    --------
    >>> check("zoo:resnet18", "zoo:resnet18").holds
    True
    >>> other = loads(dumps(load("zoo:lenet5")).replace("units: 84", "units: 85"))
    >>> print(check("zoo:lenet5", other))
    F6: units 84 in the spec, 85 in F6 of the model
    """
    from cnnanalyze.comparison.conformance.proof import conform
    from cnnanalyze.exchange.weights.read import is_weights, read_weights

    declared = read(spec, settings)
    if is_weights(model):
        from cnnanalyze.comparison.conformance.weights import conform_weights

        assert isinstance(model, str | Path)
        return conform_weights(declared, read_weights(model))
    return conform(declared, read_like(model, declared), folded=folded)


def update(
    spec: str | Path,
    model: Network | str | Path | object,
    *,
    folded: bool = False,
    settings: Settings | None = None,
) -> Update:
    """Write what a model has otherwise into its spec; the file changes when it is said.

    Values of attributes and names of activations are written where one step of the text says them,
    and only if the text, read again, is the same network but for that.

    Parameters
    ----------
    spec
        A file, or ``zoo:NAME``, whose own file is never changed.
    model
        What is there, as for ``check``.
    folded
        Whether batch normalisation is worked into the layers before it, as exporters do.
    settings
        Values for the parameters of the spec, by name.

    Returns
    -------
    Update
        The changes: ``diff`` shows them, ``left`` is what departs afterwards, and ``write()``
        changes the file.

    Raises
    ------
    CnnError
        With all that is wrong with a file, each at its place.

    Examples
    --------
    >>> other = loads(dumps(load("zoo:lenet5")).replace("units: 84", "units: 85"))
    >>> found = update("zoo:lenet5", other)
    >>> found.left.holds, [line for line in found.diff.splitlines() if "F6" in line]
    (True, ['-  - {dense: 84, as: F6}', '+  - {dense: 85, as: F6}'])
    """
    from cnnanalyze.linting.run import of_file
    from cnnanalyze.updating.update import update as updated

    target = replace(of_file(file_of(spec)), is_of_zoo=str(spec).startswith("zoo:"))
    values = settings_of(settings)
    return updated(target, read_like(model, read(spec, settings)), values, folded=folded)


def compare(
    *networks: Network | str | Path,
    settings: Settings | None = None,
    convention: str = "mac",
    batch: int = 1,
    dtype: str = "float32",
    layout: str = "hwc",
    depth: int | None = None,
    sort: str = "",
    everything: bool = False,
    details: bool | None = None,
) -> Difference:
    """Compare networks with the first of them, layer by layer and in total.

    Layers are matched by their paths and by what they are.

    Parameters
    ----------
    *networks
        Two networks or more, files, or ``zoo:NAME``.
    settings
        Values for the parameters of the specs, by name.
    convention
        What operations are counted by.
    batch
        Images in memory at a time.
    dtype
        The type of a number in memory.
    layout
        ``hwc`` or ``chw``: how shapes are written.
    depth
        Path components by which stages and blocks are summed up.
    sort
        The quantity to sort the layers by: those first in which it changed most.
    everything
        Whether layers that are equal are among the rows.
    details
        Whether layers are written besides the totals; by default if there are two networks.

    Returns
    -------
    Difference
        What was added, removed and changed, and what that makes of the totals.

    Raises
    ------
    SpecError
        With every fault of a spec, each at its place.
    UsageError
        If there are fewer than two networks, or an option is not known.

    Examples
    --------
    >>> found = compare("zoo:resnet18", "zoo:resnet34")
    >>> found.comparisons[0].counts["added"], found.is_empty
    (56, False)
    """
    from cnnanalyze.report.difference import difference
    from cnnanalyze.report.options import Options

    if len(networks) < 2:  # noqa: PLR2004 - a pair
        raise UsageError(
            "there is nothing to compare with", help="cnnanalyze.compare(one, other) takes two"
        )
    options = Options(
        depth=depth, sort=sort, convention=convention, batch=batch, dtype=dtype, layout=layout
    )
    read_once: dict[int, Analysis] = {}
    for network in networks:
        if id(network) not in read_once:
            read_once[id(network)] = analyze_network(read(network, settings))
    analyses = [read_once[id(network)] for network in networks]
    return difference(analyses, options, everything=everything, details=details)


def audit(
    *networks: Network | str | Path,
    settings: Settings | None = None,
) -> AuditResult:
    """Hold printed figures against the computed ones, and say what makes the others.

    Parameters
    ----------
    *networks
        Networks, specs, tables of several networks (``.table``), facts of lectures (``.facts``), or
        ``zoo:NAME``; ``zoo:lectures`` are the lectures that come along.
    settings
        Values for the parameters of the specs, by name.

    Returns
    -------
    AuditResult
        A verdict on every figure, and what explains those that do not hold.

    Raises
    ------
    CnnError
        With all that is wrong with a file, each at its place.

    Examples
    --------
    >>> found = audit("zoo:lecture_001_lenet")
    >>> [row["printed"] for row in found.rows() if row["outcome"] == "wrong"][:2]
    ['61,795', '1']
    """
    from cnnanalyze.auditing.alternatives import Analyses
    from cnnanalyze.report.audit_result import AuditResult, files_of, verdicts_on

    analyses, found = Analyses(), AuditResult()
    given: list[str | Network] = []
    for network in networks:
        if isinstance(network, Network):
            given.append(network)
        else:
            given += files_of(str(name_of(network, NETWORK)))
    for one in given:
        found += verdicts_on(one, partial(read, settings=settings), analyses)
    return found


def budget(
    *networks: Network | str | Path,
    settings: Settings | None = None,
    baseline: str | Path | None = None,
    allow: float | str | None = None,
) -> BudgetResult:
    """Hold networks against their limits, and against what they cost before.

    Limits stand under ``budgets:`` in a spec, and in the configuration that is closest to its file.

    Parameters
    ----------
    *networks
        Networks, files, or ``zoo:NAME``.
    settings
        Values for the parameters of the specs, by name.
    baseline
        The file with earlier costs; by default that of the configuration, if it names one.
    allow
        By how many percent a cost may grow; by default what that configuration says, or 0.

    Returns
    -------
    BudgetResult
        Every limit with what was measured, and what grew.

    Raises
    ------
    SpecError
        With every fault of a spec, each at its place.
    UsageError
        If there is no such baseline, or the percentage is none.

    Examples
    --------
    >>> net = loads("{cnn: 1, input: 5x5x1, layers: [{dense: 10}], budgets: {parameters: 200}}")
    >>> found = budget(net)
    >>> found.is_kept, next(found.rows())["measured"]
    (False, 260)
    """
    from cnnanalyze.report.budget_result import BudgetRun, read_allowed

    given = []
    for network in networks:
        is_read = isinstance(network, Network)
        name = network.name if isinstance(network, Network) else str(name_of(network, NETWORK))
        is_file = not is_read and not name.startswith("zoo:")
        given.append((network, name, Path(name).parent if is_file else Path()))
    allowed = None if allow is None else read_allowed(allow)
    run = BudgetRun(
        given[0][2] if given else Path(), None if baseline is None else Path(baseline), allowed
    )
    for network, name, folder in given:
        run.measure(read(network, settings), name, folder)
    return run.result()


def overview(
    *networks: Network | str | Path,
    settings: Settings | None = None,
    columns: str | Sequence[str] = (),
    convention: str = "mac",
    batch: int = 1,
    dtype: str = "float32",
) -> Listing:
    """List networks side by side, one row for each: what ``summary`` prints of several specs.

    Parameters
    ----------
    *networks
        Networks, files, or ``zoo:NAME``.
    settings
        Values for the parameters of the specs, by name.
    columns
        The columns; by default those that the command prints.
    convention
        What operations are counted by.
    batch
        Images in memory at a time.
    dtype
        The type of a number in memory.

    Returns
    -------
    Listing
        The rows, in every format.

    Raises
    ------
    SpecError
        With every fault of a spec, each at its place.
    UsageError
        If a column, a convention or a type of numbers is not known.

    Examples
    --------
    >>> found = overview("zoo:vgg11", "zoo:vgg13", columns="name,layers")
    >>> [dict(row) for row in found.rows()]
    [{'name': 'VGG-11', 'layers': 30}, {'name': 'VGG-13', 'layers': 34}]
    """
    from cnnanalyze.report.listing import of_table
    from cnnanalyze.report.networks import networks as side_by_side
    from cnnanalyze.report.options import Options

    options = Options(columns=words_of(columns), convention=convention, batch=batch, dtype=dtype)
    analyses = [analyze_network(read(network, settings)) for network in networks]
    return of_table(side_by_side(analyses, options))


def conventions(*networks: Network | str | Path, settings: Settings | None = None) -> Listing:
    """Count networks as every tool does: what ``summary --conventions`` prints.

    Parameters
    ----------
    *networks
        Networks, files, or ``zoo:NAME``.
    settings
        Values for the parameters of the specs, by name.

    Returns
    -------
    Listing
        A row for each convention, with its count, and where it departs from the usual one.

    Raises
    ------
    SpecError
        With every fault of a spec, each at its place.

    Examples
    --------
    >>> found = conventions("zoo:lenet5")
    >>> [(row["convention"], row["number"]) for row in found.rows()][:2]
    [('mac', 326520), ('calflops', 657784)]
    """
    from cnnanalyze.report.conventions import conventions as count
    from cnnanalyze.report.listing import of_table

    return of_table(count([analyze_network(read(network, settings)) for network in networks]))


def layer_kinds(kind: str = "") -> Listing:
    """List the layer kinds, those of other packages too, or explain one.

    Parameters
    ----------
    kind
        A kind or an alias; nothing for all.

    Returns
    -------
    Listing
        A row for each kind; of one, a row for each of its attributes.

    Raises
    ------
    UsageError
        If there is no such kind.

    Examples
    --------
    >>> [row["name"] for row in layer_kinds("conv").rows()][:3]
    ['kernel', 'stride', 'padding']
    """
    from cnnanalyze.layers.base import KINDS
    from cnnanalyze.report import layer_reference as reference
    from cnnanalyze.report.listing import Listing

    KINDS.load_plugins()
    if kind:
        document = reference.explained(reference.find(kind))
        return Listing(document, tuple(document.data()["attributes"]))
    document = reference.contents()
    words = ("kind", "family", "summary")
    return Listing(document, tuple({w: row[w] for w in words} for row in document.data()["kinds"]))


def lint_rules(code: str = "") -> Listing:
    """List the lint rules, those of other packages too, or explain one.

    Parameters
    ----------
    code
        The code or the name of a rule; nothing for all.

    Returns
    -------
    Listing
        A row for each rule.

    Raises
    ------
    UsageError
        If there is no such rule.

    Examples
    --------
    >>> [(row["name"], row["severity"]) for row in lint_rules("CV003").rows()]
    [('even-kernel', 'warning')]
    """
    from cnnanalyze.report.findings import rule_reference as reference
    from cnnanalyze.report.listing import Listing

    words = ("code", "name", "severity", "what")
    if code:
        document = reference.explained(reference.find(code))
        rows = [document.data()]
    else:
        document = reference.contents()
        rows = document.data()["rules"]
    return Listing(document, tuple({w: row[w] for w in words} for row in rows))


def zoo_table(
    *,
    family: str = "",
    name: str = "",
    since: int | None = None,
    until: int | None = None,
    min_parameters: int | str = "",
    max_parameters: int | str = "",
    min_macs: int | str = "",
    max_macs: int | str = "",
) -> Listing:
    """List the networks that come along, with what they cost.

    Parameters
    ----------
    family
        A family, in any case of letters.
    name
        A pattern such as ``res*50``, or a part of the name.
    since
        The first year.
    until
        The last year.
    min_parameters
        The fewest parameters: a whole number, or a text such as ``"25M"``.
    max_parameters
        The most parameters.
    min_macs
        The fewest multiply-accumulates.
    max_macs
        The most multiply-accumulates.

    Returns
    -------
    Listing
        A row for each network that satisfies all of them, by family and year.

    Raises
    ------
    UsageError
        If there is no such name or family, or a count cannot be read.

    Examples
    --------
    >>> [row["zoo"] for row in zoo_table(family="VGG", max_parameters="133M").rows()]
    ['vgg11']
    """
    from cnnanalyze.report import zoo as listed
    from cnnanalyze.report.listing import of_table

    parameters = listed.Limits.read("parameters", min_parameters, max_parameters)
    macs = listed.Limits.read("macs", min_macs, max_macs)
    wanted = listed.Wanted(family, name, since, until, parameters, macs)
    return of_table(listed.document(listed.entries(zoo(), wanted)))


def schema(form: str = "spec") -> dict[str, Any]:
    """Return a JSON Schema: of specs, or of other data that is read or written.

    Parameters
    ----------
    form
        The name of the form, such as ``spec``, ``summary`` or ``lint``.

    Returns
    -------
    dict[str, Any]
        The schema.

    Raises
    ------
    UsageError
        If there is no such form.

    Examples
    --------
    >>> schema("zoo")["properties"]["schema"]
    {'const': 1}
    """
    from cnnanalyze.schemas import schema_of

    return schema_of(form)


def export(
    network: Network | str | Path,
    to: str = "torch",
    *,
    settings: Settings | None = None,
    weights: bool = False,
) -> Export:
    r"""Write a network for another program: as code, as a file of a model, as a graph.

    Parameters
    ----------
    network
        The network, or where to load it from: a file, or ``zoo:NAME``.
    to
        ``torch``, ``keras``, ``onnx``, ``mermaid`` or ``dot``.
    settings
        Values for the spec's parameters, by name.
    weights
        Whether weights are written as well, where the program's file holds them: those with which
        ``verify`` runs the network.

    Returns
    -------
    Export
        The text or the bytes, and a way to write them to a file.

    Raises
    ------
    SpecError
        With every fault of the spec, each at its place.
    UsageError
        If there is no such target, or a layer cannot be written for it.

    Examples
    --------
    >>> print(export("zoo:sobel", to="dot").text.splitlines()[2])
      n0 [label="input\n6x6x1", shape=ellipse];
    """
    from cnnanalyze.exporting.targets import export_network

    return export_network(read(network, settings), to, weights=weights)


def draw(
    network: Network | str | Path,
    *,
    settings: Settings | None = None,
    colour: str = "kind",
    expand: str | Sequence[str] = (),
    theme: str = "auto",
) -> Drawing:
    """Draw the architecture: every block once, repeats with their number.

    Parameters
    ----------
    network
        The network, or where to load it from: a file, or ``zoo:NAME``.
    settings
        Values for the spec's parameters, by name.
    colour
        ``kind``, or a quantity of layers such as ``macs``: the more, the warmer.
    expand
        Paths of blocks to be drawn where they stand; ``all`` for every block.
    theme
        ``auto`` follows the reader's preference; ``light`` and ``dark`` are fixed.

    Returns
    -------
    Drawing
        An SVG, which can be shown in a notebook, or written as SVG or PNG.

    Raises
    ------
    SpecError
        With every fault of the spec, each at its place.
    UsageError
        If there is no such colour, theme or path.

    Examples
    --------
    >>> draw("zoo:lenet5", theme="dark").svg.count("<svg ")
    1
    """
    from cnnanalyze.drawing.picture import Drawing

    paths = words_of(expand)
    analysis = analyze_network(read(network, settings))
    drawing = Drawing(analysis, colour, "all" in paths or paths, theme)
    _ = drawing.svg  # what is refused is refused here
    return drawing


def gallery(*networks: str | Path, jobs: int = 1, record: str | Path = "") -> Gallery:
    """Make a page for every network, some exhibits, and a page that leads to them all.

    Parameters
    ----------
    *networks
        Files, or ``zoo:NAME``; without any, the whole zoo.
    jobs
        Processes.
    record
        What ``cnnanalyze verify --record`` wrote: by it pages say that their network is verified.

    Returns
    -------
    Gallery
        The pages; ``write`` puts them into a folder.

    Raises
    ------
    SpecError
        With every fault of a spec, each at its place.
    UsageError
        If two pages would have the same name.

    Examples
    --------
    >>> sorted(gallery("zoo:lenet5").pages)
    ['graded_sheet.html', 'index.html', 'lenet5.html', 'solved_sheet.html']
    """
    from cnnanalyze.crosscheck.record import read_record
    from cnnanalyze.report.page.gallery_folder import Gallery, by_page, files_of

    counted("jobs", jobs)
    verified = read_record(Path(record), must_exist=True) if record else None
    return Gallery(files_of(by_page(map(file_of, networks)) or zoo(), jobs, verified))


def solve(sheet: str | Path, *, notation: str = "") -> Homework:
    """Work out every question of a homework sheet.

    Parameters
    ----------
    sheet
        A file, or ``zoo:NAME`` for one that comes along.
    notation
        Symbols and habits of all answers; by default what the sheet says.

    Returns
    -------
    Homework
        Every question with its answers; ``[question, answer]`` gives one.

    Raises
    ------
    CnnError
        With all that is wrong with the sheet, each at its place.

    Examples
    --------
    >>> sheet = solve("zoo:first_course")
    >>> sheet["sizes", "same"], sheet["softmax", "p"][0].denominator > 1
    (6, True)
    """
    from cnnanalyze.course.sheets.sheet_reading import load_sheet
    from cnnanalyze.course.sheets.solve import solve as work_out
    from cnnanalyze.report.sheet import Homework

    return Homework(work_out(load_sheet(name_of(sheet, _SHEET)), notation))


def grade(sheet: str | Path, *answers: str | Path | dict[str, Any]) -> GradedClass:
    """Mark answers, and find the slip that leads to each wrong one.

    Parameters
    ----------
    sheet
        The sheet, as for ``solve``.
    *answers
        Files of answers, or mappings from questions (``"A1.p0"``) to answers.

    Returns
    -------
    GradedClass
        The papers with their marks, and how often each mistake was made.

    Raises
    ------
    CnnError
        With all that is wrong with the sheet, or if there is no file of answers.

    Examples
    --------
    >>> graded = grade("zoo:first_course", {"filters.parameters": "270"})
    >>> [m.mistakes[0].words for m in graded.papers[0].marks if m.outcome == "wrong"]
    ['forgot the biases']
    """
    from cnnanalyze.course.grading.answers import Paper, load_papers
    from cnnanalyze.course.grading.grade import grade as mark
    from cnnanalyze.course.sheets.sheet_reading import load_sheet
    from cnnanalyze.course.sheets.solve import solve as work_out

    papers: list[Paper] = []
    for given in answers:
        if isinstance(given, dict):
            answered = {(str(key), ""): value for key, value in given.items()}
            papers.append(Paper(f"student {len(papers) + 1}", answered))
        else:
            papers += load_papers(name_of(given, "answers are files or mappings"))
    return mark(work_out(load_sheet(name_of(sheet, _SHEET))), papers)


_SHEET = "a sheet is a file or 'zoo:NAME'"
