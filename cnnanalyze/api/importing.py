"""Importing: networks from the files and modules of other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cnnanalyze.exchange.network_source import name_of
from cnnanalyze.language.spec import Spec, spec_of


def from_onnx(
    path: str | Path,
    *,
    inputs: Mapping[str, Sequence[int]] | None = None,
    outputs: Sequence[str] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
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
    shapes
        Extents of values that the file does not declare, by name, with the batch: what operators
        of your own give.

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
    >>> from cnnanalyze import UsageError
    >>> try:
    ...     from_onnx("nowhere.onnx")
    ... except UsageError as error:
    ...     print(error.message)
    there is no file nowhere.onnx
    """
    from cnnanalyze.exchange.load import load_by
    from cnnanalyze.exchange.onnx.network import load as read_onnx

    return load_by(
        read_onnx, name_of(path, "an ONNX file"), inputs=inputs, outputs=outputs, shapes=shapes
    )


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
    >>> from cnnanalyze import UsageError
    >>> try:
    ...     from_caffe("nowhere.prototxt", inputs={"data": (3, 224, 224)})
    ... except UsageError as error:
    ...     print(error.message)
    there is no file nowhere.prototxt
    """
    from cnnanalyze.exchange.caffe.network import read as read_caffe
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
    >>> from cnnanalyze import UsageError
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
        If there is no such file, or this is not a model.

    Examples
    --------
    >>> from cnnanalyze import analyze
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


def from_tflite(
    path: str | Path,
    *,
    inputs: Mapping[str, Sequence[int]] | None = None,
    outputs: Sequence[str] | None = None,
) -> Spec:
    """Read a TFLite file, whatever it is called, without a weight of it.

    Parameters
    ----------
    path
        The file.
    inputs
        Extents of inputs by name, the channels last, with the batch or without it, in place of
        those of the file.
    outputs
        The values that come out, by their names in the file; by default what the file says.

    Returns
    -------
    Spec
        The network: the first of the file. Its ``notes`` say what it does not show, such as that it
        is quantised.

    Raises
    ------
    SpecError
        With what is wrong with the file, and the operator.
    UsageError
        If there is no such file, or ``cnnanalyze[tflite]`` is not installed.

    Examples
    --------
    >>> from cnnanalyze import UsageError
    >>> try:
    ...     from_tflite("nowhere.tflite")
    ... except UsageError as error:
    ...     print(error.message)
    there is no file nowhere.tflite
    """
    from cnnanalyze.exchange.load import load_by
    from cnnanalyze.exchange.tflite.network import load as read_tflite

    return load_by(read_tflite, name_of(path, "a TFLite file"), inputs=inputs, outputs=outputs)


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
