"""The peer: torchinfo's summary of ResNet-50, built from PyTorch's own layers."""

from __future__ import annotations

import sys
from typing import Any


def resnet50() -> Any:
    """Return ResNet-50 (stride on the 3x3)."""
    import torch
    from torch import nn

    class Bottleneck(nn.Module):  # type: ignore[misc]
        def __init__(self, channels: int, width: int, stride: int) -> None:
            super().__init__()

            def conv(i: int, o: int, k: int, s: int = 1) -> list[Any]:
                return [nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o)]

            self.path = nn.Sequential(
                *conv(channels, width, 1),
                nn.ReLU(),
                *conv(width, width, 3, stride),
                nn.ReLU(),
                *conv(width, 4 * width, 1),
            )
            same = channels == 4 * width and stride == 1
            skip = [] if same else conv(channels, 4 * width, 1, stride)
            self.skip = nn.Sequential(*skip)
            self.relu = nn.ReLU()

        def forward(self, x: Any) -> Any:
            return self.relu(self.path(x) + self.skip(x))

    layers: list[Any] = [
        nn.Conv2d(3, 64, 7, 2, 3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
    ]
    channels = 64
    for width, depth, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for i in range(depth):
            layers.append(Bottleneck(channels, width, stride if i == 0 else 1))
            channels = 4 * width
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000)]
    model = nn.Sequential(*layers).eval()
    torch.set_num_threads(2)
    return model


if __name__ == "__main__" and "prepare" not in sys.argv:
    from torchinfo import summary

    found = summary(resnet50(), input_size=(1, 3, 224, 224), verbose=1)
    assert found.total_params == 25_557_032
