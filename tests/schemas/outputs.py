"""Commands that print JSON, with the name of the schema that what they print must fulfil."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "open.yaml": "{cnn: 1, extends: 'zoo:resnet18', input: HxWx3}",
    "net.yaml": """\
cnn: 1
name: Net
input: 29x31x3
params: {width: 5}
blocks:
  unit:
    params: {filters: , kernel: 4}
    layers: [{conv: {filters: $filters, kernel: $kernel, padding: same}}, bn, relu, relu]
layers:
  - {unit: $width, as: a}
  - {conv: {filters: 7, kernel: 3, padding: same}, as: b, frozen: true}
  - {conv: {filters: 7, kernel: 3, padding: same}, from: a, share: b}
  - add: [[{conv: {filters: 7, kernel: 5, padding: same}}], []]
  - groupnorm: {groups: 7}
  - {maxpool: 3}
  - gap
  - dense: 11
  - softmax
train: {samples: 1000, batch: 32}
expect:
  - {source: nobody, total: {macs: 1G, parameters: 3k}, layers: {b: {output: 29x31x7}}}
  - {source: somebody, total: {parameters: {printed: 999, verdict: wrong, reason: made up}}}
budgets: {parameters: 1K, layers: {"b*": {macs: {at_least: 5}}}}
""",
    "other.yaml": """\
cnn: 1
name: Other
input: 29x31x3
layers:
  - {conv: {filters: 5, kernel: 3, padding: same}, as: x}
  - relu
  - gap
  - dense: 11
  - softmax
""",
    "wider.yaml": "{cnn: 1, input: 7x7x3, layers: [{conv: {filters: 5, kernel: 3}}, relu]}",
    "old.json": """\
{"schema": 1, "networks": {"wider.yaml": {"totals": {"parameters": 3, "macs": 9000}, "layers": {
  "conv0": {"parameters": 3, "macs": 9, "activations": 11}}}}}
""",
    "faulty.yaml": "cnn: 1\ninput: 7x7x3\nlayers:\n  - {conv: {filters: 5, kernal: 3}}\n",
    "edges.yaml": """\
cnn: 1
input: {values: [[3, 0, 1, 2], [1, 5, 8, 9], [2, 7, 2, 5], [0, 1, 3, 1]]}
layers:
  - {conv: {filters: 2, kernel: 3}, weights: {kernel: [sobel-x, sobel-y], bias: [0, 0.5]}}
  - relu
  - {maxpool: 2}
  - {dense: 2, weights: [[1, -1], [2, 1]]}
  - softmax
""",
}
"""What the commands read, beside what comes with the package."""

BASELINE = ("lint", "net.yaml", "--isolated", "--baseline", "known.json", "--write-baseline")
LIMITS = ("budget", "other.yaml", "--update")
"""Commands that write a file that is read again."""

OUTPUTS: tuple[tuple[str, str], ...] = (
    ("summary", "summary net.yaml"),
    ("summary", "summary net.yaml --convention fvcore --batch 3 --dtype float16"),
    ("summary", "summary net.yaml other.yaml"),
    ("summary", "summary zoo:googlenet --convention thop"),
    ("summary", "summary zoo:c3d"),
    ("summary", "summary zoo:unet"),
    ("summary", "summary zoo:m5"),
    ("summary", "summary zoo:mobilenet_v3_small"),
    ("closed_forms", "summary open.yaml"),
    ("closed_forms", "explain open.yaml macs"),
    ("conventions", "summary net.yaml --conventions"),
    ("conventions", "summary net.yaml zoo:vgg16 --conventions"),
    ("compare", "compare net.yaml other.yaml"),
    ("compare", "compare net.yaml @width=7 @width=9 --all --details"),
    ("compare", "compare zoo:vgg16 zoo:vgg19 --convention ptflops"),
    ("verify", "verify net.yaml other.yaml faulty.yaml --lines 3"),
    ("deploy", "deploy net.yaml"),
    ("deploy", "deploy zoo:mobilenet_v2 --target cortex-m7 --planner tinyengine"),
    ("deploy", "deploy other.yaml --dtype float16 --sram 1GiB --flash 1GiB"),
    ("audit", "audit net.yaml zoo:alexnet zoo:resnet50"),
    ("audit", "audit zoo:lectures"),
    ("budget", "budget net.yaml other.yaml faulty.yaml"),
    ("budget", "budget wider.yaml --baseline old.json"),
    ("lint", "lint net.yaml other.yaml faulty.yaml --isolated --profile strict"),
    ("lint", "lint other.yaml --isolated --ignore ALL"),
    ("lint", "check net.yaml --against other.yaml"),
    ("explain", "explain net.yaml b"),
    ("explain", "explain net.yaml"),
    ("explain", "explain zoo:lecture_000_lenet fc3 receptive_field --notation ng"),
    ("lecture_table", "explain zoo:lecture_000_lenet --table ng"),
    ("lecture_table", "explain zoo:lecture_000_lenet --table keras"),
    ("lecture_table", "explain zoo:mobilenet_v1 --table mobilenet"),
    ("solve", "solve zoo:first_course"),
    ("solve", "solve zoo:lectures --brief"),
    ("solve", "solve zoo:lectures --unsolved"),
    ("grade", "grade zoo:first_course first_course.csv"),
    ("convolve", "convolve edges.yaml"),
    (
        "convolve",
        'convolve --image "3 0 1; 1 5 8; 2 7 2" --kernel "1 0; 0 -1" --expect "-2 1; 3 9"',
    ),
    ("convolve", 'convolve --image "3 0 1; 1 5 8; 2 7 2" --pool average 2 --apply softmax'),
    ("sweep", "sweep zoo:mobilenet_v1 --vary width=0.25,0.5 --budget macs<=20M"),
    ("sweep", "sweep zoo:mobilenet_v1 --vary width=0.25,0.5 --budget macs<=20M --explain 1"),
    ("zoo", "zoo --family lenet"),
    ("layers", "layers"),
    ("layers", "layers conv"),
    ("rules", "rule"),
    ("rules", "rule even-kernel"),
)


def prepare(folder: Path) -> None:
    """Write the files that the commands read."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
