"""Recipes: files that are not read, why not, and how their networks get here all the same."""

from __future__ import annotations

from pathlib import PurePath

from cnnanalyze.core.files import exists
from cnnanalyze.exchange.torch.recognition import is_code

_PICKLE = (
    "it is a pickle of Python, and to open one is to run it",
    (
        "in a script of your own: torch.onnx.export(model, (example,), 'model.onnx', dynamo=True); "
        "the ONNX file is read"
    ),
)
_TENSORFLOW = (
    "it is a graph of TensorFlow",
    (
        "python -m tf2onnx.convert --graphdef model.pb --inputs x:0 --outputs y:0 "
        "--output model.onnx; the ONNX file is read"
    ),
)
_HDF5 = (
    "it is an HDF5 file",
    (
        "in a script of your own: keras.models.load_model('model.h5').save('model.keras'), and "
        "the .keras file is read"
    ),
)
_WEIGHTS = (
    "it holds weights and no network",
    "the network is in another file: a .cfg of Darknet, a .prototxt of Caffe, or the code",
)
_STORED = (
    "it holds weights and no network",
    "'cnnanalyze check SPEC --against FILE' holds them against the spec of their network",
)
RECIPES = {
    ".pt": _PICKLE,
    ".pth": _PICKLE,
    ".pkl": _PICKLE,
    ".h5": _HDF5,
    ".hdf5": _HDF5,
    ".pb": _TENSORFLOW,
    ".safetensors": _STORED,
    ".caffemodel": _WEIGHTS,
    ".weights": _WEIGHTS,
    ".npz": _WEIGHTS,
}
"""By ending: what such a file is, and what to do."""


def recipe_for(path: PurePath | str) -> tuple[str, str] | None:
    """Return why a file of this name is not read, and what to do; nothing if it may be a spec.

    What names code, and no file that is there, has a recipe as well.

    Examples
    --------
    >>> recipe_for("resnet50.pth")[0]
    'it is a pickle of Python, and to open one is to run it'
    >>> recipe_for("net.yaml") is None
    True
    >>> recipe_for("timm:resnet50")[0]
    'it is code, and to read it is to run it'
    """
    if is_code(str(path)) and not exists(str(path)):
        return (
            "it is code, and to read it is to run it",
            f"if you trust it, 'cnnanalyze import {path} --run-code -o net.yaml' makes a spec",
        )
    return RECIPES.get(PurePath(path).suffix.lower())
