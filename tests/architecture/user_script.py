"""What a user might write, with the types that an editor shows: checked by mypy and pyright."""

from typing import Any

import cnnanalyze as cnn
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.pool import MaxPool

conv = Conv(filters=8, kernel=3)
pool = MaxPool(kernel=2, stride=2)

network: cnn.Spec = cnn.load("zoo:lenet5")
report: cnn.Report = cnn.analyze(network)
parameters: int = report.total.parameters
macs: int | None = report.total.operations("mac")
shape: cnn.Shape = report["C3"].output
extents: tuple[int, ...] = shape.extents
paths: list[str] = [facts.node.id for facts in report]
data: dict[str, Any] = report.to_dict()
page: str = report.to_html()

difference: cnn.Difference = cnn.compare(network, "zoo:lecture_001_lenet", batch=2)
statuses: list[str] = [row["status"] for row in difference.rows()]
drawing: cnn.Drawing = cnn.draw(network, expand="all")
svg: str = drawing.svg

verdicts: cnn.AuditResult = cnn.audit("zoo:lecture_001_lenet")
is_fine: bool = verdicts.is_fine
pages: cnn.Gallery = cnn.gallery("zoo:lenet5")
names: list[str] = sorted(pages.pages)

findings: cnn.LintResult = cnn.lint("zoo:lenet5")
codes: list[str] = [finding.code for finding in findings]
balance: cnn.Balance = cnn.verify(cnn.loads("{cnn: 1, input: 5x7x2, layers: [relu]}"))
graded: cnn.GradedClass = cnn.grade("zoo:first_course", {"filters.parameters": "270"})
homework: cnn.Homework = cnn.solve("zoo:first_course")
budgets: cnn.BudgetResult = cnn.budget("zoo:lenet5")
costs: list[str] = sorted(budgets.costs)
listed: cnn.Listing = cnn.zoo_table(family="LeNet")
kinds: list[Any] = [row["kind"] for row in cnn.layer_kinds().rows()]
rules: str = cnn.lint_rules("even-kernel").render("markdown")
counts: list[Any] = [row["number"] for row in cnn.conventions(network).rows()]
side_by_side: str = cnn.overview(network, "zoo:vgg11", columns=["name", "macs"]).render("csv")
form: dict[str, Any] = cnn.schema("summary")
table: str = report.render("csv", depth=1, columns="name,macs", batch=2)
titled: str = report.to_html(convention="flop", findings=cnn.lint(network).findings)
seen: set[cnn.Network] = {network, report.network}
facts_of_layer: cnn.NodeFacts = report["C3"]
total: cnn.Total = report.total
rows: list[Any] = [row["parameters"] for row in report.rows()]
