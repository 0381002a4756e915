"""Updates: what the model has is written at the one place that says it, and nothing else moves."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.comparison.conformance.proof import conform
from cnnanalyze.errors import CnnError, UsageError
from cnnanalyze.language.zoo import find_spec
from cnnanalyze.updating.edits import why_left

Write = Callable[..., Path]
HEAD = "cnn: 1\nname: Net   # as printed\ninput: 32x29x6\n"


def updated(path: Path, text: str, model: str) -> cnn.Update:
    path.write_text(HEAD + text, "utf-8")
    return cnn.update(path, cnn.loads(HEAD + model))


WRITTEN = {
    "a number that stands there": (
        "layers: [{conv: {filters: 8, kernel: 3}}]  # a remark\n",
        "layers: [{conv: {filters: 11, kernel: 3}}]\n",
        "layers: [{conv: {filters: 11, kernel: 3}}]  # a remark\n",
    ),
    "the only value of a step": (
        "layers:\n  - gap\n  - dense: 10\n",
        "layers: [gap, {dense: 7}]\n",
        "layers:\n  - gap\n  - dense: 7\n",
    ),
    "a word beside the only value": (
        "layers:\n  - gap\n  - dense: 10\n",
        "layers: [gap, {dense: {units: 10, bias: false}}]\n",
        "layers:\n  - gap\n  - dense: {units: 10, bias: false}\n",
    ),
    "what the step has not said": (
        "layers:\n  - {conv: {filters: 8, kernel: 3}}\n",
        "layers: [{conv: {filters: 8, kernel: 3, stride: 2, bias: false}}]\n",
        "layers:\n  - {conv: {filters: 8, kernel: 3, bias: false, stride: 2}}\n",
    ),
    "what a step on several lines has not said": (
        "layers:\n  - conv:\n      filters: 8\n      kernel: 3  # small\n  - relu\n",
        "layers: [{conv: {filters: 8, kernel: 3, dilation: [1, 2]}}, relu]\n",
        (
            "layers:\n  - conv:\n      filters: 8\n      kernel: 3\n"
            "      dilation: [1, 2]  # small\n  - relu\n"
        ),
    ),
    "a list": (
        "layers:\n  - {conv: {filters: 8, kernel: [3, 5], padding: [[1, 1], [2, 2]]}}\n",
        "layers: [{conv: {filters: 8, kernel: [3, 7], padding: [1, 3]}}]\n",
        "layers:\n  - {conv: {filters: 8, kernel: [3, 7], padding: [1, 3]}}\n",
    ),
    "a word in quotes": (
        "layers:\n  - {conv: {filters: 8, kernel: 3, padding: 'same'}}\n",
        "layers: [{conv: {filters: 8, kernel: 3}}]\n",
        "layers:\n  - {conv: {filters: 8, kernel: 3, padding: valid}}\n",
    ),
    "the name of an activation": (
        "layers: [relu, tanh, {relu: , as: last}]\n",
        "layers: [relu6, tanh, {gelu: , as: last}]\n",
        "layers: [relu6, tanh, {gelu: , as: last}]\n",
    ),
    "zeros that come from a layer before": (
        "layers: [{conv: {filters: 8, kernel: 3, padding: 1, stride: 2}}]\n",
        "layers: [{zeropad: [[0, 1], [1, 1]]}, {conv: {filters: 8, kernel: 3, stride: 2}}]\n",
        "layers: [{conv: {filters: 8, kernel: 3, padding: [[0, 1], [1, 1]], stride: 2}}]\n",
    ),
    "zeros of which no window reads the last": (
        "layers: [{conv: {filters: 8, kernel: 7, padding: 0, stride: 2}}]\n",
        "layers: [{conv: {filters: 8, kernel: 7, padding: 3, stride: 2}}]\n",
        "layers: [{conv: {filters: 8, kernel: 7, padding: 3, stride: 2}}]\n",
    ),
    "zeros that another stride needs": (
        "layers:\n  - {conv: {filters: 8, kernel: 3, padding: same}}\n",
        "layers: [{conv: {filters: 8, kernel: 3, padding: 1, stride: 2}}]\n",
        "layers:\n  - {conv: {filters: 8, kernel: 3, padding: 1, stride: 2}}\n",
    ),
    "a stride that the kernel gave": (
        "layers:\n  - maxpool: 2\n",
        "layers: [{maxpool: {kernel: 3, stride: 2, padding: 1}}]\n",
        "layers:\n  - maxpool: {kernel: 3, padding: 1, stride: 2}\n",
    ),
    "a value that a block is given": (
        (
            "blocks: {unit: {params: {n: }, layers: [{conv: {filters: $n, kernel: 3}}]}}\n"
            "layers: [{unit: 8}, {unit: {n: 8}}]\n"
        ),
        "layers: [{conv: {filters: 7, kernel: 3}}, {conv: {filters: 5, kernel: 3}}]\n",
        (
            "blocks: {unit: {params: {n: }, layers: [{conv: {filters: $n, kernel: 3}}]}}\n"
            "layers: [{unit: 7}, {unit: {n: 5}}]\n"
        ),
    ),
    "a value that one block passes on to another": (
        (
            "blocks:\n  unit: {params: {n: }, layers: [{conv: {filters: $n, kernel: 3}}]}\n"
            "  stage: {params: {m: }, layers: [{unit: $m, repeat: 2}]}\n"
            "layers: [{stage: 8}]\n"
        ),
        "layers: [{conv: {filters: 7, kernel: 3}}, {conv: {filters: 7, kernel: 3}}]\n",
        (
            "blocks:\n  unit: {params: {n: }, layers: [{conv: {filters: $n, kernel: 3}}]}\n"
            "  stage: {params: {m: }, layers: [{unit: $m, repeat: 2}]}\n"
            "layers: [{stage: 7}]\n"
        ),
    ),
    "a step that is there three times": (
        (
            "blocks: {unit: {layers: [{conv: {filters: 6, kernel: 3, padding: same}}, relu]}}\n"
            "layers: [{unit: , repeat: 3}]\n"
        ),
        (
            "blocks: {unit: {layers: [{conv: {filters: 6, kernel: 5, padding: same}}, tanh]}}\n"
            "layers: [{unit: , repeat: 3}]\n"
        ),
        (
            "blocks: {unit: {layers: [{conv: {filters: 6, kernel: 5, padding: same}}, tanh]}}\n"
            "layers: [{unit: , repeat: 3}]\n"
        ),
    ),
    "an element of a table": (
        (
            "layers:\n  - for:\n      n: [8, 16, 32]\n      s: [1, 2, 1]\n"
            "    do: [{conv: {filters: $n, kernel: 3, stride: $s}}]\n"
        ),
        (
            "layers: [{conv: {filters: 8, kernel: 3}}, {conv: {filters: 17, kernel: 3}},"
            " {conv: {filters: 32, kernel: 3}}]\n"
        ),
        (
            "layers:\n  - for:\n      n: [8, 17, 32]\n      s: [1, 1, 1]\n"
            "    do: [{conv: {filters: $n, kernel: 3, stride: $s}}]\n"
        ),
    ),
    "an element of a table that a block is given": (
        (
            "blocks: {unit: {params: {n: }, layers: [{conv: {filters: $n, kernel: 3}}]}}\n"
            "layers:\n  - {for: {n: [8, 16]}, do: [{unit: $n}]}\n"
        ),
        "layers: [{conv: {filters: 8, kernel: 3}}, {conv: {filters: 17, kernel: 3}}]\n",
        (
            "blocks: {unit: {params: {n: }, layers: [{conv: {filters: $n, kernel: 3}}]}}\n"
            "layers:\n  - {for: {n: [8, 17]}, do: [{unit: $n}]}\n"
        ),
    ),
    "an element of a list that a block is given for its table": (
        (
            "blocks: {unit: {params: {widths: }, layers: [{for: {n: $widths},"
            " do: [{conv: {filters: $n, kernel: 3}}]}]}}\n"
            "layers:\n  - unit: {widths: [8, 16]}\n"
        ),
        "layers: [{conv: {filters: 7, kernel: 3}}, {conv: {filters: 16, kernel: 3}}]\n",
        (
            "blocks: {unit: {params: {widths: }, layers: [{for: {n: $widths},"
            " do: [{conv: {filters: $n, kernel: 3}}]}]}}\n"
            "layers:\n  - unit: {widths: [7, 16]}\n"
        ),
    ),
}


@pytest.mark.parametrize("what", WRITTEN)
def test_what_one_step_says_is_written(what: str, tmp_path: Path) -> None:
    text, model, wanted = WRITTEN[what]
    path = tmp_path / "net.yaml"
    found = updated(path, text, model)
    assert found.left.holds, str(found.left)
    assert path.read_text("utf-8") == HEAD + text  # until it is said
    assert found.write() == len(found.written) > 0
    assert path.read_text("utf-8") == HEAD + wanted
    assert conform(cnn.load(path), cnn.loads(HEAD + model)).holds


LEFT = {
    "an element of a table that is computed with": (
        "layers:\n  - {for: {n: [8, 16]}, do: [{conv: {filters: 2 * $n, kernel: 3}}]}\n",
        "layers: [{conv: {filters: 16, kernel: 3}}, {conv: {filters: 31, kernel: 3}}]\n",
        "conv2: filters 32 in the spec, 31 in conv2 of the model",
    ),
    "an element that is used twice": (
        (
            "layers:\n  - for: {n: [8, 16]}\n    do: [{conv: {filters: $n, kernel: 3}},"
            " {conv: {filters: $n, kernel: 1}}]\n"
        ),
        (
            "layers: [{conv: {filters: 8, kernel: 3}}, {conv: {filters: 8, kernel: 1}},"
            " {conv: {filters: 17, kernel: 3}}, {conv: {filters: 16, kernel: 1}}]\n"
        ),
        "conv3: filters 16 in the spec, 17 in conv3 of the model",
    ),
    "a value that a block computes with": (
        (
            "blocks: {unit: {params: {n: }, layers: [{conv: {filters: 2 * $n, kernel: 3}}]}}\n"
            "layers: [{unit: 4}]\n"
        ),
        "layers: [{conv: {filters: 7, kernel: 3}}]\n",
        "unit1/conv1: filters 8 in the spec, 7 in conv1 of the model",
    ),
    "a value that a block uses twice": (
        (
            "blocks: {unit: {params: {n: }, layers: [{conv: {filters: $n, kernel: 3}},"
            " {conv: {filters: $n, kernel: 1}}]}}\n"
            "layers: [{unit: 8}]\n"
        ),
        "layers: [{conv: {filters: 7, kernel: 3}}, {conv: {filters: 8, kernel: 1}}]\n",
        "unit1/conv1: filters 8 in the spec, 7 in conv1 of the model",
    ),
    "a value that a block has by default": (
        (
            "blocks: {unit: {params: {n: 8}, layers: [{conv: {filters: $n, kernel: 3}}]}}\n"
            "layers: [{unit: }]\n"
        ),
        "layers: [{conv: {filters: 7, kernel: 3}}]\n",
        "unit1/conv1: filters 8 in the spec, 7 in conv1 of the model",
    ),
    "only one of three": (
        (
            "blocks: {unit: {layers: [{conv: {filters: 6, kernel: 3, padding: same}}, relu]}}\n"
            "layers: [{unit: , repeat: 3}]\n"
        ),
        (
            "blocks: {unit: {layers: [{conv: {filters: 6, kernel: 3, padding: same}}, relu]}}\n"
            "layers: [{unit: , repeat: 2}, {conv: {filters: 6, kernel: 3, padding: same}}, tanh]\n"
        ),
        "unit3/relu1: relu in the spec, tanh in tanh1 of the model",
    ),
    "a number that another layer follows": (
        "layers: [{conv: {filters: 8, kernel: 3}}, {conv: {filters: 2 * $in, kernel: 1}}]\n",
        "layers: [{conv: {filters: 7, kernel: 3}}, {conv: {filters: 16, kernel: 1}}]\n",
        "conv1: filters 8 in the spec, 7 in conv1 of the model",
    ),
    "a layer that is missing": (
        "layers: [relu, tanh, gelu]\n",
        "layers: [relu, gelu]\n",
        "tanh1 (tanh) of the spec is not in the model",
    ),
    "a kind with attributes of its own": (
        "layers: [relu, {conv: {filters: 3, kernel: 3}}]\n",
        "layers: [{leaky_relu: 0.3}, {conv: {filters: 3, kernel: 3}}]\n",
        "relu1: relu in the spec, leaky_relu in leaky_relu1 of the model",
    ),
    "a name that is spoken of elsewhere": (
        "layers: [relu, tanh, {add: , from: [relu1, tanh1]}]\n",
        "layers: [gelu, tanh, {add: , from: [gelu1, tanh1]}]\n",
        "relu1: relu in the spec, gelu in gelu1 of the model",
    ),
}


@pytest.mark.parametrize("what", LEFT)
def test_what_one_step_does_not_say_is_left_and_told(what: str, tmp_path: Path) -> None:
    text, model, told = LEFT[what]
    found = updated(tmp_path / "net.yaml", text, model)
    assert found.written == ()
    assert found.diff == ""
    assert [departure.message for departure in found.left] == [told]
    assert found.write() == 0


WHY = {
    "a value that a block computes with": "it is computed, at {}:4:58: '2 * $n'",
    "a value that a block uses twice": "something else would change with it: edit {}:5:17 by hand",
    "a value that a block has by default": "it is computed, at {}:4:59: '$n'",
    "a number that another layer follows": (
        "something else would change with it: edit {}:4:27 by hand"
    ),
    "a layer that is missing": "",
    "an element of a table that is computed with": "it is computed, at {}:5:47: '2 * $n'",
    "an element that is used twice": "something else would change with it: edit {}:5:18 by hand",
}


@pytest.mark.parametrize("what", WHY)
def test_why_something_is_left_is_told_with_the_place(what: str, tmp_path: Path) -> None:
    text, model, _ = LEFT[what]
    path = tmp_path / "net.yaml"
    (departure,) = updated(path, text, model).left
    assert why_left(departure) == WHY[what].format(path)


def test_what_is_good_is_written_beside_what_is_not(tmp_path: Path) -> None:
    text = (
        "layers: [{conv: {filters: 8, kernel: 3}}, relu, {conv: {filters: 2 * $in, kernel: 1}}]\n"
    )
    model = "layers: [{conv: {filters: 7, kernel: 5}}, tanh, {conv: {filters: 16, kernel: 1}}]\n"
    found = updated(tmp_path / "net.yaml", text, model)
    assert [departure.attribute for departure in found.written] == ["kernel", ""]
    assert [departure.attribute for departure in found.left] == ["filters"]
    assert repr(found) == "<Update: 2 changes, 1 difference left>"
    assert [row["written"] for row in found.rows()] == [True, True, False]


def test_what_stands_in_the_base_of_a_spec_is_left(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(f"{HEAD}layers: [{{conv: {{filters: 8, kernel: 3}}}}]\n")
    path = tmp_path / "net.yaml"
    path.write_text("cnn: 1\nextends: base.yaml\n")
    model = cnn.loads(f"{HEAD}layers: [{{conv: {{filters: 7, kernel: 3}}}}]\n")
    found = cnn.update(path, model)
    assert (found.written, len(found.left)) == ((), 1)


def test_line_ends_and_marks_of_a_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    text = f"\ufeff{HEAD}layers: [relu]\n".replace("\n", "\r\n")
    path.write_bytes(text.encode())
    assert cnn.update(path, cnn.loads(f"{HEAD}layers: [tanh]\n")).write() == 1
    assert path.read_bytes().decode() == text.replace("relu", "tanh")


def test_a_file_that_changed_in_the_meantime_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    found = updated(path, "layers: [relu]\n", "layers: [tanh]\n")
    path.write_text("other", "utf-8")
    with pytest.raises(UsageError, match="was changed by another program in the meantime"):
        found.write()
    assert path.read_text("utf-8") == "other"


def test_networks_of_the_package_are_not_changed() -> None:
    text = cnn.dumps(cnn.load("zoo:lenet5")).replace("units: 84", "units: 85")
    found = cnn.update("zoo:lenet5", cnn.loads(text))
    assert len(found.written) == 1
    with pytest.raises(UsageError, match="belongs to cnnanalyze itself and is not changed"):
        found.write()


OTHER = {"relu": "tanh", "relu6": "relu", "same": "valid", "false": "true"}
WORD = re.compile(r"(?<=[ \[,:])\d+(?=[ ,\]}\n])|\b(?:relu6?|same|false)\b")
NETWORKS = ("resnet18", "vgg16", "mobilenet_v2", "googlenet", "unet", "densenet121", "vit_b_16")


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(30))
def test_an_update_of_any_change_leaves_what_it_says(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)  # noqa: S311 - no secret
    path = find_spec(f"zoo:{draw.choice(NETWORKS)}")
    text = path.read_text("utf-8").split("\nexpect:")[0] + "\n"
    places = [m for m in WORD.finditer(text) if m.start() > text.find("\ninput")]
    changed = text
    for place in sorted(draw.sample(places, 2), key=lambda m: -m.start()):
        word = OTHER.get(place[0]) or str(int(place[0]) + draw.choice((-1, 1, 2)))
        changed = changed[: place.start()] + word + changed[place.end() :]
    try:
        model = cnn.loads(changed)
    except CnnError:
        return
    own = tmp_path / "net.yaml"
    own.write_text(text, "utf-8")
    found = cnn.update(own, model)
    found.write()
    assert len(conform(cnn.load(own), model)) == len(found.left)
    if not found.written:
        assert own.read_text("utf-8") == text
