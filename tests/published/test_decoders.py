"""CRNN, SegNet, DCGAN, DeepLab, Attention U-Net, RetinaNet, Siamese: numbers of PyTorch modules."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from tests.witnesses.model_zoos import zoo

SPECS = Path(__file__).parents[2] / "specs"


def crnn(nn: Any) -> Any:
    """Return the network of meijieru/crnn.pytorch, for 37 classes and 256 states."""

    class Recurrent(nn.Module):  # type: ignore[misc]  # known to PyTorch only
        def __init__(self, read: int, states: int, features: int) -> None:
            super().__init__()
            self.states = nn.LSTM(read, states, bidirectional=True)
            self.features = nn.Linear(2 * states, features)

        def forward(self, x: Any) -> Any:
            return self.features(self.states(x)[0])

    class Crnn(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            flat, square = ((2, 2), (2, 1), (0, 1)), (2, 2, 0)
            rows: tuple[tuple[int, bool, Any], ...] = (
                *((64, False, square), (128, False, square), (256, True, None)),
                *((256, False, flat), (512, True, None), (512, False, flat), (512, True, None)),
            )
            layers, read = [], 1
            for number, (width, normed, pool) in enumerate(rows, 1):
                last = number == len(rows)
                layers.append(nn.Conv2d(read, width, 2 if last else 3, 1, 0 if last else 1))
                layers += [nn.BatchNorm2d(width)] if normed else []
                layers += [nn.ReLU(), *([nn.MaxPool2d(*pool)] if pool else [])]
                read = width
            self.maps = nn.Sequential(*layers)
            self.steps = nn.Sequential(Recurrent(512, 256, 256), Recurrent(256, 256, 37))

        def forward(self, x: Any) -> Any:
            return self.steps(self.maps(x).squeeze(2).permute(2, 0, 1))

    return Crnn()


def segnet(nn: Any) -> Any:
    """Return an encoder as VGG-16 has it, and a decoder that unpools, for twelve classes."""

    def units(*widths: int) -> list[Any]:
        return [
            nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for a, b in pairwise(widths)
        ]

    class Segnet(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.encoders = nn.ModuleList(
                nn.Sequential(*units(*widths))
                for widths in (
                    *((3, 64, 64), (64, 128, 128), (128, 256, 256, 256)),
                    *((256, 512, 512, 512), (512, 512, 512, 512)),
                )
            )
            self.decoders = nn.ModuleList(
                nn.Sequential(*units(*widths))
                for widths in (
                    *((512, 512, 512, 512), (512, 512, 512, 256), (256, 256, 256, 128)),
                    *((128, 128, 64), (64, 64)),
                )
            )
            self.scores = nn.Conv2d(64, 12, 3, padding=1)
            self.pool, self.unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)

        def forward(self, x: Any) -> Any:
            pools = []
            for encoder in self.encoders:
                x = encoder(x)
                size = x.shape[2:]
                x, places = self.pool(x)
                pools.append((places, size))
            for decoder, (places, size) in zip(self.decoders, reversed(pools), strict=True):
                x = decoder(self.unpool(x, places, output_size=size))
            return self.scores(x)

    return Segnet()


def generator(nn: Any) -> Any:
    """Return the generator of pytorch/examples."""
    layers = [nn.ConvTranspose2d(100, 512, 4, 1, 0, bias=False), nn.BatchNorm2d(512), nn.ReLU()]
    for read, made in ((512, 256), (256, 128), (128, 64)):
        layers += [nn.ConvTranspose2d(read, made, 4, 2, 1, bias=False), nn.BatchNorm2d(made)]
        layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh())


def discriminator(nn: Any) -> Any:
    """Return the discriminator of pytorch/examples."""
    layers = [nn.Conv2d(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for read, made in ((64, 128), (128, 256), (256, 512)):
        layers += [nn.Conv2d(read, made, 4, 2, 1, bias=False), nn.BatchNorm2d(made)]
        layers.append(nn.LeakyReLU(0.2))
    return nn.Sequential(*layers, nn.Conv2d(512, 1, 4, 1, 0, bias=False), nn.Sigmoid())


def deeplab(nn: Any, stride: int = 16, *, separable: bool = True) -> Any:
    """Return DeepLabv3+ on Xception-65, for 21 classes, as its authors build it."""
    resize = nn.functional.interpolate

    def normed(read: int, made: int, kernel: int = 1, stride: int = 1, rate: int = 1) -> Any:
        padding = rate * (kernel // 2)
        conv = nn.Conv2d(read, made, kernel, stride, padding, rate, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(made))

    def halves(read: int, made: int, stride: int = 1, rate: int = 1) -> Any:
        depthwise = nn.Conv2d(read, read, 3, stride, rate, rate, groups=read, bias=False)
        return nn.Sequential(depthwise, nn.BatchNorm2d(read), normed(read, made))

    def spatial(read: int, rate: int = 1) -> Any:
        made = halves(read, 256, rate=rate) if separable else normed(read, 256, 3, rate=rate)
        return nn.Sequential(made, nn.ReLU())

    class Three(nn.Module):  # type: ignore[misc]
        def __init__(self, *widths: int, stride: int = 1, rate: int = 1) -> None:
            super().__init__()
            steps = zip(pairwise(widths), (1, 1, stride), strict=True)
            self.steps = nn.ModuleList(halves(*pair, step, rate) for pair, step in steps)
            changes = widths[0] != widths[-1]
            self.shortcut = normed(widths[0], widths[-1], stride=stride) if changes else None

        def forward(self, x: Any) -> tuple[Any, Any]:
            made = [x]
            for step in self.steps:
                made.append(step(made[-1].relu()))
            return made[-1] + (self.shortcut(x) if self.shortcut else x), made[-2]

    class Deeplab(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            rate = 16 // stride
            self.root = nn.Sequential(normed(3, 32, 3, 2), nn.ReLU(), normed(32, 64, 3), nn.ReLU())
            self.first = Three(64, 128, 128, 128, stride=2)
            self.second = Three(128, 256, 256, 256, stride=2)
            middle = (Three(728, 728, 728, 728, rate=rate) for _ in range(16))
            third = Three(256, 728, 728, 728, stride=stride // 8)
            self.blocks = nn.ModuleList([third, *middle, Three(728, 728, 1024, 1024, rate=rate)])
            last = pairwise((1024, 1536, 1536, 2048))
            self.last = nn.Sequential(*(halves(*pair, rate=2 * rate) for pair in last))
            self.rates = nn.ModuleList(spatial(2048, n * rate) for n in (6, 12, 18))
            self.point, self.image = normed(2048, 256), normed(2048, 256)
            self.project, self.narrow = normed(5 * 256, 256), normed(256, 48)
            self.refine = nn.Sequential(spatial(256 + 48), spatial(256))
            self.scores = nn.Conv2d(256, 21, 1)

        def forward(self, image: Any) -> Any:
            torch = pytest.importorskip("torch")
            x, _ = self.first(self.root(image))
            x, early = self.second(x)
            for block in self.blocks:
                x, _ = block(x)
            x = self.last(x)
            whole = resize(self.image(x.mean((2, 3), keepdim=True)), size=x.shape[2:])
            x = self.project(torch.cat([self.point(x), *(r(x) for r in self.rates), whole], 1))
            x = resize(x, size=early.shape[2:], mode="bilinear", align_corners=True)
            x = self.scores(self.refine(torch.cat([x, self.narrow(early)], 1)))
            return resize(x, size=image.shape[2:], mode="bilinear", align_corners=True)

    return Deeplab()


def attention_unet(nn: Any) -> Any:
    """Return the U-Net of volumes with one gate at each level, for four classes."""
    resize = partial(nn.functional.interpolate, mode="trilinear")

    def unit(read: int, made: int, kernel: int = 3) -> Any:
        conv = nn.Conv3d(read, made, kernel, padding=kernel // 2)
        return nn.Sequential(conv, nn.BatchNorm3d(made), nn.ReLU())

    def double(read: int, made: int) -> Any:
        return nn.Sequential(unit(read, made), unit(made, made))

    class Gate(nn.Module):  # type: ignore[misc]
        def __init__(self, width: int, found: int) -> None:
            super().__init__()
            self.theta = nn.Conv3d(width, width, 2, 2, bias=False)
            self.phi, self.psi = nn.Conv3d(found, width, 1), nn.Conv3d(width, 1, 1)
            self.out = nn.Sequential(nn.Conv3d(width, width, 1), nn.BatchNorm3d(width))
            self.combine = unit(width, width, 1)

        def forward(self, x: Any, found: Any) -> Any:
            where = self.psi((self.theta(x) + self.phi(found)).relu()).sigmoid()
            return self.combine(self.out(x * resize(where, size=x.shape[2:])))

    class AttentionUnet(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            widths = (16, 32, 64, 128)
            self.lefts = nn.ModuleList(double(*pair) for pair in pairwise((1, *widths)))
            self.pool = nn.MaxPool3d(2)
            self.bottom, self.gating = double(128, 256), unit(256, 256, 1)
            self.gates = nn.ModuleList(Gate(width, 2 * width) for width in widths[:0:-1])
            self.ups = nn.ModuleList(double(3 * width, width) for width in widths[::-1])
            self.votes = nn.ModuleList(nn.Conv3d(width, 4, 1) for width in widths)
            self.scores = nn.Conv3d(16, 4, 1)

        def forward(self, x: Any) -> Any:
            torch = pytest.importorskip("torch")
            size, lefts = x.shape[2:], []
            for left in self.lefts:
                lefts.append(left(x))
                x = self.pool(lefts[-1])
            x = self.bottom(x)
            found, rights = self.gating(x), []
            for gate, up in zip((*self.gates, None), self.ups, strict=True):
                left = lefts.pop()
                kept = left if gate is None else gate(left, found)
                x = found = up(torch.cat([kept, resize(x, scale_factor=2)], 1))
                rights.append(x)
            voted = zip(self.votes, reversed(rights), strict=True)
            return self.scores(torch.cat([resize(vote(r), size=size) for vote, r in voted], 1))

    return AttentionUnet()


def siamese(nn: Any) -> Any:
    """Return a tower that reads both images, and what tells whether they are alike."""

    class Siamese(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            layers, read = [], 1
            for width, kernel in ((64, 10), (128, 7), (128, 4)):
                layers += [nn.Conv2d(read, width, kernel), nn.ReLU(), nn.MaxPool2d(2)]
                read = width
            layers += [nn.Conv2d(128, 256, 4), nn.ReLU(), nn.Flatten()]
            self.tower = nn.Sequential(*layers, nn.Linear(9216, 4096), nn.Sigmoid())
            self.alike = nn.Linear(4096, 1)

        def forward(self, left: Any, right: Any) -> Any:
            return self.alike((self.tower(left) - self.tower(right)).abs()).sigmoid()

    return Siamese()


NETWORKS: tuple[tuple[str, dict[str, Any], Callable[[Any], Any], tuple[int, ...]], ...] = (
    ("crnn", {}, crnn, (1, 32, 100)),
    ("segnet", {}, segnet, (3, 360, 480)),
    ("dcgan_generator", {}, generator, (100, 1, 1)),
    ("dcgan_discriminator", {}, discriminator, (3, 64, 64)),
    ("deeplabv3_plus_xception65", {}, deeplab, (3, 513, 513)),
    ("deeplabv3_plus_xception65", {"output_stride": 8}, partial(deeplab, stride=8), (3, 513, 513)),
    (
        *("deeplabv3_plus_xception65", {"separable": False}),
        *(partial(deeplab, separable=False), (3, 513, 513)),
    ),
    ("attention_unet", {}, attention_unet, (1, 64, 64, 32)),
    ("siamese", {}, siamese, (1, 105, 105)),
)


def products(nn: Any, module: Any, given: Any, made: Any) -> int:
    """Return the multiply-accumulates of one module for what it was given and made."""
    found = 0
    match module:
        case nn.LSTM():
            weights = (p for name, p in module.named_parameters() if name.startswith("weight"))
            found = given.shape[0] * given.shape[1] * sum(p.numel() for p in weights)
        case nn.ConvTranspose2d():
            found = given.numel() // module.in_channels * module.weight.numel()
        case nn.Conv2d() | nn.Conv3d():
            found = made.numel() // module.out_channels * module.weight.numel()
        case nn.Linear():
            found = made.numel() // module.out_features * module.weight.numel()
        case _:
            pass
    return int(found)


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("spec", "settings", "build", "extents"),
    [pytest.param(*case, id=f"{case[0]} {case[1] or ''}".strip()) for case in NETWORKS],
)
def test_network_is_the_module_of_pytorch(
    spec: str, settings: dict[str, Any], build: Callable[[Any], Any], extents: tuple[int, ...]
) -> None:
    torch = pytest.importorskip("torch", reason="modules of PyTorch: torch is not installed")
    model = build(torch.nn).eval()
    network = cnn.load(SPECS / f"{spec}.yaml", settings=settings)
    counted = []

    def count(module: Any, given: Any, made: Any) -> None:
        counted.append(products(torch.nn, module, given[0], made))

    for module in model.modules():
        module.register_forward_hook(count)
    with torch.no_grad():
        model(*(torch.rand(1, *extents) for _ in network.inputs))
    total = cnn.analyze(network).analysis.total
    assert total.parameters == sum(p.numel() for p in model.parameters())
    assert total.operations() == sum(counted)


def test_a_decoder_of_segnet_gives_the_size_that_its_encoder_had() -> None:
    report = cnn.analyze(SPECS / "segnet.yaml")
    for level, decoder in zip((5, 4, 3, 2), range(1, 5), strict=True):
        pool = report.analysis[f"encoder{level}/pool"].node
        unpool = report.analysis[f"decoder{decoder}/unpool1"].node
        assert unpool.output.size == pool.input_shapes[0].size


@pytest.mark.frameworks
def test_deeplab_is_the_model_of_torchvision() -> None:
    models = zoo("torchvision").models.segmentation
    torch = pytest.importorskip("torch")
    counter = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode(display=False)
    model = models.deeplabv3_resnet50(weights=None, weights_backbone=None, aux_loss=None).eval()
    with torch.no_grad(), counter:
        made = model(torch.rand(1, 3, 520, 520))["out"]
    total = cnn.analyze(SPECS / "deeplabv3_resnet50.yaml").analysis.total
    assert total.parameters == sum(p.numel() for p in model.parameters())
    assert 2 * total.operations() == counter.get_total_flops()
    assert tuple(made.shape[1:]) == (21, 520, 520)


@pytest.mark.frameworks
def test_retinanet_is_the_model_of_torchvision() -> None:
    models = zoo("torchvision").models.detection
    torch = pytest.importorskip("torch")
    counter = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode(display=False)
    model = models.retinanet_resnet50_fpn(weights=None, weights_backbone=None).eval()
    with torch.no_grad(), counter:
        maps = model.backbone(torch.rand(1, 3, 800, 800)).values()
        made = model.head(list(maps))
    analysis = cnn.analyze(SPECS / "retinanet_resnet50_fpn.yaml").analysis
    assert analysis.total.parameters == sum(p.numel() for p in model.parameters())
    assert 2 * analysis.total.operations() == counter.get_total_flops()
    for level, found in enumerate(maps, 3):
        assert analysis[f"map{level}"].output.extents == (*found.shape[2:], found.shape[1])
    # It puts the predictions of all places and anchors into one list.
    for name, made_of in (("classes", "cls_logits"), ("boxes", "bbox_regression")):
        levels = [analysis.group(f"{name}{level}")[-1].output for level in range(3, 8)]
        assert sum(shape.count for shape in levels) == made[made_of].numel()
    trained = models.RetinaNet_ResNet50_FPN_Weights.DEFAULT.meta["num_params"]
    constants = cnn.analyze(
        SPECS / "retinanet_resnet50_fpn.yaml", settings={"affine": False}
    ).analysis
    assert constants.total.parameters == trained
