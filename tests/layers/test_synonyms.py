"""Words of other frameworks lead to ours, or to a plain word that there is no such thing here."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from cnnanalyze.core.tree import plain
from cnnanalyze.errors import Source
from cnnanalyze.language.document import KEYS
from cnnanalyze.language.step import RESERVED
from cnnanalyze.language.yaml import read
from cnnanalyze.layers import synonyms
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.synonyms import bare, entry_of, of_attribute, of_kind

HERE = Path(__file__).parent
TABLES = tomllib.loads(Path(synonyms.__file__).with_name("frameworks.toml").read_text("utf-8"))
NAMES = {
    name: (HERE / "frameworks" / f"{name}.txt").read_text().splitlines()[1:]
    for name in ("torch", "keras", "onnx")
}
FIGURES = re.compile(r"\b([a-z_]+): \{([a-z_]+):")


@pytest.mark.parametrize("framework", NAMES)
def test_every_name_of_a_framework_is_ours_or_said_not_to_exist(framework: str) -> None:
    assert len(NAMES[framework]) > 150
    missing = [
        name for name in NAMES[framework] if name not in KINDS.words() and not entry_of(name)
    ]
    assert missing == []


@pytest.mark.parametrize("row", TABLES["kinds"], ids=lambda row: row["words"].split()[0])
def test_every_step_that_is_suggested_can_be_made(row: dict[str, str]) -> None:
    step = plain(read(Source("ours", row["ours"])))
    word, given = (step, {}) if isinstance(step, str) else next(iter(step.items()))
    cls = KINDS.get(word)
    assert cls is not None
    assert cls.kind == word
    given = {} if isinstance(given, list) else given  # the branches of a join
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    cls.model_validate(values)


def test_every_attribute_that_is_suggested_exists() -> None:
    attributes = {name for cls in KINDS for name in cls.model_fields}
    assert TABLES["attributes"].keys() <= attributes
    assert TABLES["values"].keys() <= attributes
    assert TABLES["beside"].keys() <= set(RESERVED)
    assert TABLES["top"].keys() <= set(KEYS)


def test_every_step_that_a_remedy_names_exists() -> None:
    texts = [row["instead"] for row in TABLES["lacking"]]
    texts += [text for section in TABLES["values"].values() for text in section.values()]
    found = [pair for text in texts for pair in FIGURES.findall(text)]
    assert len(found) > 10
    for word, attribute in found:
        cls = KINDS.get(word)
        assert cls is not None, word
        assert attribute in cls.model_fields


def test_no_word_means_two_things() -> None:
    words = [w for row in (*TABLES["kinds"], *TABLES["lacking"]) for w in row["words"].split()]
    assert len(words) == len(set(words))
    assert [w for w in words if bare(w) != w] == []


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("dwconv", "depthwise"),
        ("fully_connected", "dense"),
        ("transpose", "permute"),
        ("padding", "zeropad"),
        ("nn.Linear", "dense"),
        ("Conv2d", "conv"),
        ("Conv2DTranspose", "transposed_conv"),
        ("conv2d_transpose", "transposed_conv"),
        ("torch.nn.BatchNorm2d", "batchnorm"),
        ("tf.keras.layers.GlobalAveragePooling2D", "global_avgpool"),
        ("GlobalAveragePool", "global_avgpool"),
        ("PixelShuffle", "depth_to_space"),
        ("covn", "conv"),
    ],
)
def test_a_kind_is_found_by_its_meaning_before_its_spelling(word: str, kind: str) -> None:
    assert of_kind(word, KINDS.words()).hint == f"; did you mean '{kind}'?"


@pytest.mark.parametrize(
    "word",
    [
        *("ConvLSTM", "onehot", "nn.RNNBase"),
        *("nn.EmbeddingBag", "CrossEntropyLoss", "RandomFlip"),
    ],
)
def test_what_does_not_exist_is_said_and_no_other_kind_is_named(word: str) -> None:
    meant = of_kind(word, KINDS.words())
    assert "did you mean" not in meant.hint
    assert meant.hint.startswith(": ")
    assert meant.help


def test_a_block_of_the_spec_is_nearer_than_what_frameworks_say() -> None:
    assert of_kind("res_block", ["conv"], ["resblock_a"]).hint == "; did you mean 'resblock_a'?"
    hint = ": of recurrent layers there are LSTM, GRU and plain ones"
    assert of_kind("convlstm", ["conv"], ["stem"]).hint == hint


@pytest.mark.parametrize(
    ("kind", "word", "ours"),
    [
        ("conv", "out_channels", "filters"),
        ("conv", "kernel_size", "kernel"),
        ("conv", "kernel_shape", "kernel"),
        ("conv", "strides", "stride"),
        ("conv", "pads", "padding"),
        ("conv", "dilation_rate", "dilation"),
        ("conv", "group", "groups"),
        ("conv", "use_bias", "bias"),
        ("dense", "out_features", "units"),
        ("maxpool", "pool_size", "kernel"),
        ("leaky_relu", "negative_slope", "slope"),
        ("dropout", "p", "rate"),
        ("batchnorm", "eps", "epsilon"),
        ("groupnorm", "num_groups", "groups"),
        ("resize", "scale_factor", "scale"),
        ("resize", "mode", "method"),
        ("depth_to_space", "upscale_factor", "block"),
        ("adaptive_avgpool", "output_size", "size"),
        ("conv", "name", "as"),
        ("conv", "trainable", "frozen"),
        ("conv", "filers", "filters"),
    ],
)
def test_an_attribute_is_found_by_its_meaning(kind: str, word: str, ours: str) -> None:
    cls = KINDS.get(kind)
    assert cls is not None
    names = tuple(cls.model_fields)
    assert ours in names or ours in RESERVED
    assert of_attribute(word, names, RESERVED).hint == f"; did you mean '{ours}'?"
