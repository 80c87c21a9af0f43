"""EfficientNet-Lite0 as a PyTorch module, by resources/pretrained/efficientnet-lite0/SOURCE.md: pictures of even sides to 1280 features.

Written to be fast, with padding inside convolutions and activations in place; the module behind the golden numbers, in tests/fixtures, is written to be plain.
"""
from torch import nn
from torch.nn import functional as F

# How many, kernel, stride of the first, how much wider inside, channels out.
STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]


def convolution(i, o, kernel=1, stride=1, groups=1, act=True):
    """TensorFlow's "same" padding: what is odd of it stands at the end."""
    pad = nn.Identity() if stride == 1 else nn.ZeroPad2d([(kernel - 3) // 2, (kernel - 1) // 2] * 2)
    conv = nn.Conv2d(i, o, kernel, stride, (kernel - 1) // 2 if stride == 1 else 0, groups=groups, bias=False)
    return nn.Sequential(pad, conv, nn.BatchNorm2d(o, eps=1e-3), nn.ReLU6(inplace=True) if act else nn.Identity())


class Block(nn.Module):
    def __init__(self, i, o, kernel, stride, expand):
        super().__init__()
        wide = i * expand
        expanding = [convolution(i, wide)] if expand > 1 else []
        self.body = nn.Sequential(*expanding, convolution(wide, wide, kernel, stride, wide), convolution(wide, o, act=False))
        self.around = stride == 1 and i == o

    def forward(self, x):
        return x + self.body(x) if self.around else self.body(x)


class Lite0(nn.Module):
    """Its batch norms keep their statistics and are not trained, as is usual where few pictures fine-tune it."""

    def __init__(self):
        super().__init__()
        blocks, i = [], 32
        for count, kernel, stride, expand, o in STAGES:
            for k in range(count):
                blocks.append(Block(i, o, kernel, stride if k == 0 else 1, expand))
                i = o
        self.layers = nn.Sequential(convolution(3, 32, 3, 2), *blocks, convolution(320, 1280))
        for norm in self.norms():
            norm.requires_grad_(False)

    def norms(self):
        return [module for module in self.modules() if isinstance(module, nn.BatchNorm2d)]

    def train(self, mode=True):
        super().train(mode)
        for norm in self.norms():
            norm.eval()
        return self

    def forward(self, x):
        return F.adaptive_avg_pool2d(self.layers(x), 1).flatten(1)
