"""The header, and specs that extend others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.errors import Source
from cnnanalyze.language.document import EXTENSIONS, read_document

Write = Callable[..., Path]

BASE = """\
cnn: 1
name: Base
family: Bases
year: 1998
source: somebody
about: a base
input: 31x37x3
params: {width: 5, depth: 1}
defaults: {conv: {kernel: 3, padding: same}, maxpool: {kernel: 2}}
blocks:
  cell: {layers: [{conv: $width}]}
  other: [relu]
layers: [{cell: , repeat: $depth}, other, maxpool]
expect: [{source: a, total: {parameters: 140}}]
"""


def kinds(net: cnn.Network) -> list[str]:
    return [node.kind for node in net]


def refusal(path: Path) -> str:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.load(path)
    return str(caught.value).replace(f"{path.parent}/", "")


def test_header() -> None:
    faults = Faults()
    document = read_document(Source("base.yaml", BASE), faults)
    assert not faults
    assert document is not None
    texts = [getattr(document.written, key) for key in ("name", "family", "source", "about")]
    assert texts == ["Base", "Bases", "somebody", "a base"]
    assert document.written.year == 1998


def test_a_spec_without_a_name_is_called_as_its_file(write_spec: Write) -> None:
    path = write_spec("cnn: 1\ninput: 5x5x1\nlayers: [relu]\n", "tiny.yaml")
    assert cnn.load(path).name == "tiny"
    assert cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu]}", name="here").name == "here"


def test_an_extension_changes_what_it_says_and_keeps_the_rest(write_spec: Write) -> None:
    write_spec(BASE, "base.yaml")
    net = cnn.load(write_spec("cnn: 1\nname: Wide\nextends: base.yaml\nset: {width: 7}\n"))
    assert (net.name, net.text("family"), net.year) == ("Wide", "Bases", 1998)
    assert dict(net.parameters) == {"width": 7, "depth": 1}
    assert net["cell1/conv1"].output == cnn.Shape((31, 37), 7)
    assert net.claims == ()  # what was printed for the base does not speak of the variant


def test_params_and_blocks_merge_by_name(write_spec: Write) -> None:
    write_spec(BASE, "base.yaml")
    net = cnn.load(
        write_spec("cnn: 1\nextends: base.yaml\nparams: {depth: 2}\nblocks: {other: [tanh]}\n")
    )
    assert kinds(net) == ["conv", "conv", "tanh", "maxpool"]
    assert dict(net.parameters) == {"width": 5, "depth": 2}


def test_defaults_merge_by_attribute(write_spec: Write) -> None:
    write_spec(BASE, "base.yaml")
    net = cnn.load(write_spec("cnn: 1\nextends: base.yaml\ndefaults: {conv: {stride: 2}}\n"))
    assert net.nodes[0].attributes["kernel"] == 3
    assert net.nodes[0].output == cnn.Shape((16, 19), 5)


def test_layers_and_input_are_replaced_whole(write_spec: Write) -> None:
    write_spec(BASE, "base.yaml")
    text = "cnn: 1\nextends: base.yaml\ninput: 11x13x2\nlayers: [other]\n"
    net = cnn.load(write_spec(text))
    assert net.input == cnn.Shape((11, 13), 2)
    assert kinds(net) == ["relu"]


def test_settings_from_outside_win_over_set_and_set_over_params(write_spec: Write) -> None:
    write_spec(BASE, "base.yaml")
    path = write_spec("cnn: 1\nextends: base.yaml\nset: {width: 7, depth: 3}\n")
    assert dict(cnn.load(path, settings={"width": 11}).parameters) == {"width": 11, "depth": 3}


def test_a_chain_of_extensions(write_spec: Write, tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    write_spec(BASE, "base.yaml")
    write_spec("cnn: 1\nextends: ../base.yaml\nset: {width: 7}\n", "deeper/middle.yaml")
    path = write_spec("cnn: 1\nextends: deeper/middle.yaml\nset: {depth: 2}\n")
    assert dict(cnn.load(path).parameters) == {"width": 7, "depth": 2}


def test_faults_of_the_base_are_reported_in_the_base(write_spec: Write) -> None:
    write_spec(BASE.replace("other, maxpool", "other, maxpol"), "base.yaml")
    assert refusal(write_spec("cnn: 1\nextends: base.yaml\nset: {widht: 7}\n")) == (
        "base.yaml:13:43: error: unknown layer kind or block 'maxpol'; did you mean 'maxpool'?\n"
        "   |\n"
        "13 | layers: [{cell: , repeat: $depth}, other, maxpol]\n"
        "   |                                           ^^^^^^\n"
        "  help: 'cnnanalyze layers' lists the kinds; blocks here: cell, other\n"
        "\n"
        "net.yaml:3:14: error: net.yaml has no parameter 'widht'; it has width, depth; "
        "did you mean 'width'?\n"
        "  |\n"
        "3 | set: {widht: 7}\n"
        "  |              ^"
    )


def test_a_missing_base_suggests_its_neighbour(write_spec: Write) -> None:
    write_spec(BASE, "base.yaml")
    assert refusal(write_spec("cnn: 1\nextends: bse.yaml\n")) == (
        "net.yaml:2:10: error: there is no file 'bse.yaml' beside this spec; "
        "did you mean 'base.yaml'?\n"
        "  |\n"
        "2 | extends: bse.yaml\n"
        "  |          ^^^^^^^^"
    )


def test_a_circle_is_named(write_spec: Write) -> None:
    write_spec("cnn: 1\nextends: c.yaml\n", "b.yaml")
    write_spec("cnn: 1\nextends: b.yaml\n", "c.yaml")
    assert refusal(write_spec("cnn: 1\nextends: b.yaml\n", "a.yaml")) == (
        "c.yaml:2:10: error: circular 'extends': b.yaml -> c.yaml -> b.yaml\n"
        "  |\n"
        "2 | extends: b.yaml\n"
        "  |          ^^^^^^\n"
        "  help: one of these specs must not extend another"
    )


def test_a_chain_is_bounded(write_spec: Write) -> None:
    paths = [
        write_spec(f"cnn: 1\nextends: n{n - 1}.yaml\n", f"n{n}.yaml") for n in range(EXTENSIONS + 2)
    ]
    assert refusal(paths[-1]).startswith(
        "n1.yaml:2:10: error: a chain of 'extends' may have at most 10 links\n"
    )


@pytest.mark.parametrize("name", ["../secret.yaml", "/etc/passwd", "link.yaml"])
def test_nothing_outside_the_folder_is_opened(name: str, write_spec: Write, tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    write_spec(BASE, "secret.yaml")
    (tmp_path / "specs" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    message = refusal(write_spec(f"cnn: 1\nextends: {name}\n", "specs/net.yaml"))
    assert message.startswith(
        "net.yaml:2:10: error: 'extends' may only name files in the folder tree of the spec, "
        f"not '{name}'\n"
    )


@pytest.mark.parametrize("name", ["sub", "a" * 300 + ".yaml", "."])
def test_what_is_no_file(name: str, write_spec: Write, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    path = write_spec(f"cnn: 1\nextends: {name}\n")
    assert "net.yaml:2:10: error: " in refusal(path)


def test_a_text_extends_nothing() -> None:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads("cnn: 1\nextends: base.yaml\n")
    assert caught.value.message == "'extends' names a file, but this text came from none"
    assert caught.value.faults[0].help == (
        "save the spec to a file beside the one that it extends; 'extends: zoo:NAME' needs none"
    )


def test_a_network_of_the_zoo_is_extended_from_anywhere(write_spec: Write) -> None:
    text = "cnn: 1\nextends: zoo:resnet18\nset: {depths: [1, 1, 1, 1]}\n"
    of_file, of_text = cnn.load(write_spec(text)), cnn.loads(text)
    assert len(of_file) == len(of_text) < len(cnn.load("zoo:resnet18"))
    # resnet18 extends resnet50 in turn, which lies in the zoo, too.
    assert of_file.parameters[-1][0] in dict(cnn.load("zoo:resnet50").parameters)


def test_a_network_that_the_zoo_does_not_have() -> None:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads("cnn: 1\nextends: zoo:resnet05\n")
    assert caught.value.message == "the zoo has no 'resnet05'; did you mean 'resnet50'?"
    assert caught.value.faults[0].help == "'cnnanalyze zoo' lists what it has"


def test_a_path_is_no_network_of_the_zoo() -> None:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads("cnn: 1\nextends: zoo:../pyproject.toml\n")
    assert caught.value.message.startswith("the zoo has no '../pyproject.toml'")


def test_a_base_that_is_no_yaml(write_spec: Write) -> None:
    write_spec("cnn: [", "base.yaml")
    assert refusal(write_spec("cnn: 1\nextends: base.yaml\n")).startswith(
        "base.yaml:2:1: error: invalid YAML: "
    )


def test_set_takes_plain_values(write_spec: Write) -> None:
    write_spec(BASE, "base.yaml")
    message = refusal(write_spec("cnn: 1\nextends: base.yaml\nset: {width: [$depth]}\n"))
    assert message.startswith(
        "net.yaml:3:14: error: 'set' takes plain values, but 'width' is an expression\n"
    )


def told_of(text: str) -> list[tuple[str, str, int]]:
    faults = Faults()
    read_document(Source("net.yaml", text), faults)
    return [(fault.code, fault.message.partition(";")[0], fault.count) for fault in faults.sorted()]


def test_an_unknown_first_key_does_not_hide_what_is_missing() -> None:
    assert told_of("foo: 1\n") == [
        ("SP003", "a spec has no 'foo'", 1),
        ("SP015", "a spec needs 'cnn', 'input' (or 'inputs') and 'layers'", 1),
    ]


def test_a_sheet_is_told_as_a_sheet_and_not_key_by_key() -> None:
    text = "sheet: 1\ntitle: Strides\nquestions: []\n"
    assert told_of(text) == [
        ("SP015", "this is a sheet of questions, not the spec of a network", 1),
    ]
