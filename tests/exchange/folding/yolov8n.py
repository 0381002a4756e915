"""YOLOv8n as an exporter lays it out: slices of maps that several layers read, three outputs."""

from __future__ import annotations

import cnnanalyze as cnn

PARAMETERS = 3_157_184
"""Ultralytics prints 3,157,200, with the 16 fixed weights that make distances of the outputs."""


def build() -> cnn.Network:
    """Return the network."""
    b = cnn.NetworkBuilder("yolov8n")

    def conv(x: cnn.Tensor, filters: int, kernel: int = 1, stride: int = 1) -> cnn.Tensor:
        y = b.conv(
            x, filters=filters, kernel=kernel, stride=stride, padding=kernel // 2, bias=False
        )
        return b.silu(b.batchnorm(y))

    def c2f(x: cnn.Tensor, filters: int, count: int, *, adds: bool) -> cnn.Tensor:
        whole, half = conv(x, filters), filters // 2
        parts = [b.slice(whole, channels=[0, half]), b.slice(whole, channels=[half, filters])]
        for _ in range(count):
            y = conv(conv(parts[-1], half, 3), half, 3)
            parts.append(b.add(parts[-1], y) if adds else y)
        return conv(b.concat(*parts), filters)

    def up(x: cnn.Tensor, other: cnn.Tensor, filters: int) -> cnn.Tensor:
        return c2f(b.concat(b.resize(x, scale=2), other), filters, 1, adds=False)

    x = conv(b.input(640, 640, 3), 16, 3, 2)
    maps = []
    for filters, count in ((32, 1), (64, 2), (128, 2), (256, 1)):
        maps.append(x := c2f(conv(x, filters, 3, 2), filters, count, adds=True))
    pooled = [conv(x, 128)]
    for _ in range(3):
        pooled.append(b.maxpool(pooled[-1], kernel=5, stride=1, padding=2))
    top = conv(b.concat(*pooled), 256)
    middle = up(top, maps[2], 128)
    bottom = up(middle, maps[1], 64)
    middle = c2f(b.concat(conv(bottom, 64, 3, 2), middle), 128, 1, adds=False)
    top = c2f(b.concat(conv(middle, 128, 3, 2), top), 256, 1, adds=False)
    heads = [
        b.concat(
            *(b.conv(conv(conv(x, wide, 3), wide, 3), filters=wide, kernel=1) for wide in (64, 80))
        )
        for x in (bottom, middle, top)
    ]
    return b.build(outputs=heads)
