"""Which YAML files of a folder are specs, and which are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnanalyze.core.files import MOST_BYTES
from cnnanalyze.language.recognition import is_spec, looks_like_spec

SPECS = [
    "cnn: 1\n",
    "\ufeffcnn: 1\n",
    "# a remark\nname: x\ncnn: 1\n",
    "{cnn: 1, layers: []}",
    "'cnn': 1\n",
    "layers: []\n",
    "? [a, b]\n: 3\nlayers: 2\n",
    "cnn: 1\nname: [\n",  # broken behind the word
    "name: [\ncnn: 1\n",  # broken before it
    "cnn: [\n",
    "cnn: 1\ncnn: 1\n",
    "extends: base.yaml\nset: {width: 2}\n",
    "extends: none.yaml\nset: {width: 2}\n",  # the missing file is to be told of
    "extends: zoo:vgg16\n",
]
OTHERS = [
    "",
    "- cnn: 1\n",
    "cnn\n",
    "on: push\nenv:\n  VERSION: 010\n",
    "env:\n  cnn: 1\n  layers: 3\n",
    "about: 'cnn: 1'\n",
    "about: |\n  cnn: 1\n  layers: []\n",
    "? {cnn: 1}\n: 3\n",
    "extends: default\nrules: {}\n",
    "extends: ./none.yaml\nrules: {}\n",
    "extends: other.yaml\n",  # which is not a spec
    "extends: [base.yaml]\n",
    "name: x\n---\ncnn: 1\n",
    "name: [\n  cnn: 1\n",  # broken, and no line begins with it
    "layers\n: [\n",
    "a: &x [1]\nb: *y\n",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text("input: 3x3\nlayers: [relu]\n", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("on: push\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("text", SPECS)
def test_a_spec_is_taken_for_one(folder: Path, text: str) -> None:
    (folder / "net.yaml").write_text(text, encoding="utf-8")
    assert is_spec(folder / "net.yaml")
    assert looks_like_spec(text.removeprefix("\ufeff"), folder)


@pytest.mark.parametrize("text", OTHERS)
def test_other_yaml_is_not(folder: Path, text: str) -> None:
    (folder / "net.yaml").write_text(text, encoding="utf-8")
    assert not is_spec(folder / "net.yaml")
    assert not looks_like_spec(text, folder)


@pytest.mark.parametrize(
    ("data", "found"),
    [(b"cnn: \xff\n", True), (b"name: \xff\n", False), (b"\0cnn: 1", False), (b"cnn: \0", True)],
)
def test_what_is_no_text_is_a_spec_if_a_line_says_so(
    tmp_path: Path, data: bytes, found: bool
) -> None:
    (tmp_path / "net.yaml").write_bytes(data)
    assert is_spec(tmp_path / "net.yaml") is found


@pytest.mark.parametrize(("first", "found"), [("cnn: 1", True), ("lock: 1", False)])
def test_a_file_beyond_the_bound_is_a_spec_if_a_line_says_so(
    tmp_path: Path, first: str, found: bool
) -> None:
    rest = "# cnn or layers\n" * (MOST_BYTES // 15)
    (tmp_path / "net.yaml").write_text(f"{first}\n{rest}", encoding="utf-8")
    assert is_spec(tmp_path / "net.yaml") is found


def test_specs_that_extend_one_another_in_a_circle_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n", encoding="utf-8")
    assert is_spec(tmp_path / "a.yaml")
