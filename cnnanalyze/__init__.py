"""cnnanalyze: what a convolutional network costs and sees, with every number checked by running it.

Examples
--------
>>> import cnnanalyze as cnn
>>> net = cnn.loads("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 6, kernel: 5}}, relu]}")
>>> report = cnn.analyze(net)
>>> str(report["conv1"].output), report.total.parameters
('28x28x6', 456)
"""

from __future__ import annotations

from importlib import import_module

from cnnanalyze.version import __version__ as __version__

TYPE_CHECKING = False  # checkers take it for the one of typing, which would cost more than all here
if TYPE_CHECKING:
    from cnnanalyze.analysis.closed_forms import ClosedForms as ClosedForms
    from cnnanalyze.analysis.result import Analysis as Analysis
    from cnnanalyze.analysis.result import NodeFacts as NodeFacts
    from cnnanalyze.analysis.result import Total as Total
    from cnnanalyze.api.analysis import analyze as analyze
    from cnnanalyze.api.analysis import closed_forms as closed_forms
    from cnnanalyze.api.analysis import conventions as conventions
    from cnnanalyze.api.analysis import overview as overview
    from cnnanalyze.api.analysis import verify as verify
    from cnnanalyze.api.comparison import check as check
    from cnnanalyze.api.comparison import compare as compare
    from cnnanalyze.api.comparison import update as update
    from cnnanalyze.api.course import explain as explain
    from cnnanalyze.api.course import grade as grade
    from cnnanalyze.api.course import solve as solve
    from cnnanalyze.api.deploying import deploy as deploy
    from cnnanalyze.api.drawing import draw as draw
    from cnnanalyze.api.drawing import gallery as gallery
    from cnnanalyze.api.exporting import export as export
    from cnnanalyze.api.figures import audit as audit
    from cnnanalyze.api.figures import budget as budget
    from cnnanalyze.api.importing import from_caffe as from_caffe
    from cnnanalyze.api.importing import from_darknet as from_darknet
    from cnnanalyze.api.importing import from_keras as from_keras
    from cnnanalyze.api.importing import from_onnx as from_onnx
    from cnnanalyze.api.importing import from_tflite as from_tflite
    from cnnanalyze.api.importing import from_torch as from_torch
    from cnnanalyze.api.linting import fix as fix
    from cnnanalyze.api.linting import lint as lint
    from cnnanalyze.api.reading import dumps as dumps
    from cnnanalyze.api.reading import load as load
    from cnnanalyze.api.reading import loads as loads
    from cnnanalyze.api.references import layer_kinds as layer_kinds
    from cnnanalyze.api.references import lint_rules as lint_rules
    from cnnanalyze.api.references import schema as schema
    from cnnanalyze.api.references import zoo as zoo
    from cnnanalyze.api.references import zoo_table as zoo_table
    from cnnanalyze.api.sweeping import Sweep as Sweep
    from cnnanalyze.api.sweeping import sweep as sweep
    from cnnanalyze.comparison.conformance.result import Conformance as Conformance
    from cnnanalyze.comparison.conformance.weights import WeightConformance as WeightConformance
    from cnnanalyze.core.conventions import Convention as Convention
    from cnnanalyze.core.cost import Cost as Cost
    from cnnanalyze.core.cost import Param as Param
    from cnnanalyze.core.shape import Shape as Shape
    from cnnanalyze.course.grading.grade import GradedClass as GradedClass
    from cnnanalyze.crosscheck.result import Balance as Balance
    from cnnanalyze.crosscheck.result import Discrepancy as Discrepancy
    from cnnanalyze.drawing.picture import Drawing as Drawing
    from cnnanalyze.errors import CnnError as CnnError
    from cnnanalyze.errors import Fault as Fault
    from cnnanalyze.errors import Mark as Mark
    from cnnanalyze.errors import ShapeError as ShapeError
    from cnnanalyze.errors import Source as Source
    from cnnanalyze.errors import SpecError as SpecError
    from cnnanalyze.errors import UsageError as UsageError
    from cnnanalyze.exchange.front_end import front_end as front_end
    from cnnanalyze.exporting.targets import Export as Export
    from cnnanalyze.graph.builder import NetworkBuilder as NetworkBuilder
    from cnnanalyze.graph.builder import Tensor as Tensor
    from cnnanalyze.graph.network import Network as Network
    from cnnanalyze.graph.node import Origin as Origin
    from cnnanalyze.language.spec import Spec as Spec
    from cnnanalyze.layers.base import Example as Example
    from cnnanalyze.layers.base import Layer as Layer
    from cnnanalyze.layers.base import layer as layer
    from cnnanalyze.layers.traits import Category as Category
    from cnnanalyze.layers.traits import Labels as Labels
    from cnnanalyze.layers.traits import Trait as Trait
    from cnnanalyze.linting.finding import Finding as Finding
    from cnnanalyze.linting.fix_result import FixResult as FixResult
    from cnnanalyze.linting.result import LintResult as LintResult
    from cnnanalyze.linting.rule import Rule as Rule
    from cnnanalyze.linting.rule import rule as rule
    from cnnanalyze.report.audit_result import AuditResult as AuditResult
    from cnnanalyze.report.budget_result import BudgetResult as BudgetResult
    from cnnanalyze.report.convolution.by_hand import ByHand as ByHand
    from cnnanalyze.report.convolution.by_hand import GradientsByHand as GradientsByHand
    from cnnanalyze.report.convolution.by_hand import convolve as convolve
    from cnnanalyze.report.convolution.by_hand import gradients as gradients
    from cnnanalyze.report.deployment_result import DeploymentResult as DeploymentResult
    from cnnanalyze.report.derivation.worked import Worked as Worked
    from cnnanalyze.report.difference import Difference as Difference
    from cnnanalyze.report.listing import Listing as Listing
    from cnnanalyze.report.network_report import Report as Report
    from cnnanalyze.report.page.gallery_folder import Gallery as Gallery
    from cnnanalyze.report.sheet import Homework as Homework
    from cnnanalyze.updating.update import Update as Update

_HOMES = {
    "cnnanalyze.analysis.closed_forms": ("ClosedForms",),
    "cnnanalyze.analysis.result": ("Analysis", "NodeFacts", "Total"),
    "cnnanalyze.api.analysis": ("analyze", "closed_forms", "conventions", "overview", "verify"),
    "cnnanalyze.api.comparison": ("check", "compare", "update"),
    "cnnanalyze.api.course": ("explain", "grade", "solve"),
    "cnnanalyze.api.deploying": ("deploy",),
    "cnnanalyze.api.drawing": ("draw", "gallery"),
    "cnnanalyze.api.exporting": ("export",),
    "cnnanalyze.api.figures": ("audit", "budget"),
    "cnnanalyze.api.importing": (
        "from_caffe",
        "from_darknet",
        "from_keras",
        "from_onnx",
        "from_tflite",
        "from_torch",
    ),
    "cnnanalyze.api.linting": ("fix", "lint"),
    "cnnanalyze.api.reading": ("dumps", "load", "loads"),
    "cnnanalyze.api.references": ("layer_kinds", "lint_rules", "schema", "zoo", "zoo_table"),
    "cnnanalyze.api.sweeping": ("Sweep", "sweep"),
    "cnnanalyze.comparison.conformance.result": ("Conformance",),
    "cnnanalyze.comparison.conformance.weights": ("WeightConformance",),
    "cnnanalyze.core.conventions": ("Convention",),
    "cnnanalyze.core.cost": ("Cost", "Param"),
    "cnnanalyze.core.shape": ("Shape",),
    "cnnanalyze.course.grading.grade": ("GradedClass",),
    "cnnanalyze.crosscheck.result": ("Balance", "Discrepancy"),
    "cnnanalyze.drawing.picture": ("Drawing",),
    "cnnanalyze.errors": (
        "CnnError",
        "Fault",
        "Mark",
        "ShapeError",
        "Source",
        "SpecError",
        "UsageError",
    ),
    "cnnanalyze.exchange.front_end": ("front_end",),
    "cnnanalyze.exporting.targets": ("Export",),
    "cnnanalyze.graph.builder": ("NetworkBuilder", "Tensor"),
    "cnnanalyze.graph.network": ("Network",),
    "cnnanalyze.graph.node": ("Origin",),
    "cnnanalyze.language.spec": ("Spec",),
    "cnnanalyze.layers.base": ("Example", "Layer", "layer"),
    "cnnanalyze.layers.traits": ("Category", "Labels", "Trait"),
    "cnnanalyze.linting.finding": ("Finding",),
    "cnnanalyze.linting.fix_result": ("FixResult",),
    "cnnanalyze.linting.result": ("LintResult",),
    "cnnanalyze.linting.rule": ("Rule", "rule"),
    "cnnanalyze.report.audit_result": ("AuditResult",),
    "cnnanalyze.report.budget_result": ("BudgetResult",),
    "cnnanalyze.report.convolution.by_hand": ("ByHand", "GradientsByHand", "convolve", "gradients"),
    "cnnanalyze.report.deployment_result": ("DeploymentResult",),
    "cnnanalyze.report.derivation.worked": ("Worked",),
    "cnnanalyze.report.difference": ("Difference",),
    "cnnanalyze.report.listing": ("Listing",),
    "cnnanalyze.report.network_report": ("Report",),
    "cnnanalyze.report.page.gallery_folder": ("Gallery",),
    "cnnanalyze.report.sheet": ("Homework",),
    "cnnanalyze.updating.update": ("Update",),
}
"""Public names by the module that defines them; a module is imported when a name of it is used."""

__all__ = [
    "Analysis",
    "AuditResult",
    "Balance",
    "BudgetResult",
    "ByHand",
    "Category",
    "ClosedForms",
    "CnnError",
    "Conformance",
    "Convention",
    "Cost",
    "DeploymentResult",
    "Difference",
    "Discrepancy",
    "Drawing",
    "Example",
    "Export",
    "Fault",
    "Finding",
    "FixResult",
    "Gallery",
    "GradedClass",
    "GradientsByHand",
    "Homework",
    "Labels",
    "Layer",
    "LintResult",
    "Listing",
    "Mark",
    "Network",
    "NetworkBuilder",
    "NodeFacts",
    "Origin",
    "Param",
    "Report",
    "Rule",
    "Shape",
    "ShapeError",
    "Source",
    "Spec",
    "SpecError",
    "Sweep",
    "Tensor",
    "Total",
    "Trait",
    "Update",
    "UsageError",
    "WeightConformance",
    "Worked",
    "analyze",
    "audit",
    "budget",
    "check",
    "closed_forms",
    "compare",
    "conventions",
    "convolve",
    "deploy",
    "draw",
    "dumps",
    "explain",
    "export",
    "fix",
    "from_caffe",
    "from_darknet",
    "from_keras",
    "from_onnx",
    "from_tflite",
    "from_torch",
    "front_end",
    "gallery",
    "grade",
    "gradients",
    "layer",
    "layer_kinds",
    "lint",
    "lint_rules",
    "load",
    "loads",
    "overview",
    "rule",
    "schema",
    "solve",
    "sweep",
    "update",
    "verify",
    "zoo",
    "zoo_table",
]


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(module), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'cnnanalyze' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted((*__all__, "__version__"))
