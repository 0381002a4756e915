"""Names of Python for what a spec calls as it likes."""

from __future__ import annotations

import keyword
import re
from itertools import count

_TAKEN = frozenset(
    {
        "F",
        "T_destination",
        "add_module",
        "apply",
        "bfloat16",
        "buffers",
        "call_super_init",
        "children",
        "compile",
        "cpu",
        "cuda",
        "double",
        "dump_patches",
        "eval",
        "extra_repr",
        "float",
        "forward",
        "get_buffer",
        "get_parameter",
        "get_submodule",
        "half",
        "ipu",
        "keras",
        "layers",
        "load_state_dict",
        "math",
        "modules",
        "mtia",
        "named_buffers",
        "named_children",
        "named_modules",
        "named_parameters",
        "nn",
        "ops",
        "parameters",
        "register_buffer",
        "register_module",
        "register_parameter",
        "requires_grad_",
        "self",
        "share_memory",
        "state_dict",
        "to",
        "to_empty",
        "torch",
        "train",
        "training",
        "type",
        "x",
        "xpu",
        "zero_grad",
    }
)
"""What modules of PyTorch have already, and what the code needs itself."""


def identifier(name: str, before: str = "layer") -> str:
    """Return a name of Python.

    Examples
    --------
    >>> identifier("conv1"), identifier("3x3", "conv"), identifier("class"), identifier("a-b")
    ('conv1', 'conv_3x3', 'class_', 'a_b')
    """
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or before
    if plain[0].isdigit():
        plain = f"{'layer' if before[0].isdigit() else before}_{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) or plain in _TAKEN else plain


def class_name(name: str) -> str:
    """Return the name of a class.

    Examples
    --------
    >>> class_name("conv_bn_relu"), class_name("ResNet-50"), class_name("3D net (small)")
    ('ConvBnRelu', 'ResNet50', 'Net3DNetSmall')
    """
    words = re.findall(r"[A-Za-z0-9]+", name)
    joined = "".join(word[0].upper() + word[1:] for word in words) or "Network"
    return f"Net{joined}" if joined[0].isdigit() else joined


def function_name(name: str) -> str:
    """Return the name of a function.

    Examples
    --------
    >>> function_name("ResNet-50"), function_name("conv_bn"), function_name("3D net")
    ('resnet_50', 'conv_bn', 'net_3d_net')
    """
    return identifier(re.sub(r"[^a-z0-9]+", "_", name.lower()), "net")


def stem(name: str) -> str:
    """Return a name without the number at its end.

    Examples
    --------
    >>> stem("residual12"), stem("relu61")
    ('residual', 'relu')
    """
    return name.rstrip("0123456789")


class Names:
    """Gives each thing a name of its own.

    Examples
    --------
    >>> names = Names()
    >>> names("relu1"), names("relu1"), names("relu", "relu_of_branch"), names("relu")
    ('relu1', 'relu2', 'relu', 'relu_2')
    """

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = set(taken)

    def __call__(self, *wishes: str) -> str:
        """Return the first wish that is free, or the last one with another number."""
        free = (wish for wish in wishes if wish not in self._taken)
        plain = stem(wishes[-1])
        before = plain if plain != wishes[-1] else f"{plain}_"
        numbered = (name for k in count(2) if (name := f"{before}{k}") not in self._taken)
        name = next(free, None) or next(numbered)
        self._taken.add(name)
        return name
