"""PyTorch's side of the benchmarks: reads one JSON request a line, answers with one JSON line of milliseconds.

{"do": "step", "network": "small"|"large"|"cnn"|"resnet"|"lite0"|"two-input"|"two-output", "batch": 32, "steps": 200, "threads": 1}
{"do": "features", "side": 224, "batch": 16, "passes": 5, "threads": 1}
{"do": "epoch", "csv": path, "batch": 32, "loader": "dataset", "threads": 1}
{"do": "window_epoch", "csv": path, "network": "gru-32", "length": 96, "batch": 32, "threads": 1}
{"do": "pictures", "folder": path, "size": 64, "batch": 32, "workers": 2}
{"do": "classes", "train": path, "test": path, "size": 64, "batch": 32, "epochs": 20, "seed": 1}
{"do": "picture_epoch", "folder": path, "size": 64, "batch": 32, "workers": 2, "threads": 1}
"""
import csv
import json
import resource
import sys
import time

import numpy as np
import torch
from torch import nn

import pytorch_glyphs
from pytorch_lite0 import Lite0


class Residual(nn.Module):
    """The basic block, as torchvision has it."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.around = nn.Identity() if stride == 1 else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.body(x) + self.around(x))


class Series(nn.Module):
    """Two recurrent layers, and what the last step says of the whole."""

    def __init__(self, cell, units):
        super().__init__()
        self.cell = cell(1, units, 2, batch_first=True)
        self.out = nn.Linear(units, 1)

    def forward(self, x):
        return self.out(self.cell(x)[0][:, -1])


def network(name):
    """The network, what one sample is, classes (1: yes or no), the loss."""
    if name == "small":
        return nn.Sequential(nn.Linear(9, 16), nn.BatchNorm1d(16), nn.ELU(), nn.Linear(16, 8), nn.BatchNorm1d(8), nn.ELU(), nn.Linear(8, 1)), [9], 1, nn.BCEWithLogitsLoss()
    if name == "large":
        return nn.Sequential(nn.Linear(512, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 10)), [512], 10, nn.CrossEntropyLoss()
    if name == "cnn":
        return nn.Sequential(
            nn.Conv2d(3, 32, 3, padding=1), nn.ELU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ELU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(64 * 16 * 16, 7)), [3, 64, 64], 7, nn.CrossEntropyLoss()
    if name == "lite0":
        return nn.Sequential(Lite0(), nn.Linear(1280, 7)), [3, 96, 96], 7, nn.CrossEntropyLoss()
    if "-" in name:
        cell, units = name.split("-")
        return Series(getattr(nn, cell.upper()), int(units)), [96, 1], 1, nn.BCEWithLogitsLoss()
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU(inplace=True), Residual(32, 32, 1), Residual(32, 64, 2), Residual(64, 128, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 7)), [3, 96, 96], 7, nn.CrossEntropyLoss()


def joined(request):
    """A network of glyphs, its loss on noise, and what it reads."""
    model = {"two-input": pytorch_glyphs.TwoInput, "two-output": pytorch_glyphs.TwoOutput}[request["network"]](28, 392)
    size = request["batch"]
    x = torch.randn(size, 1, 64, 64), torch.randn(size, 28)
    y = {"alphabet": torch.randint(0, 28, (size,)), "character": torch.randint(0, 392, (size,))}
    loss = lambda outputs, answers: sum(nn.functional.cross_entropy(output, answers[target]) for target, output in outputs.items())
    return model, torch.optim.Adam(model.parameters(), lr=0.005), loss, x, y


kept = {}


def step(request):
    key = (request["network"], request["batch"])
    if key not in kept and request["network"].startswith("two-"):
        kept[key] = joined(request)
    elif key not in kept:
        model, shape, classes, loss = network(request["network"])
        x = torch.randn(request["batch"], *shape)
        y = torch.rand(request["batch"], 1).round() if classes == 1 else torch.randint(0, classes, (request["batch"],))
        kept[key] = model, torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.005), loss, (x,), y
    model, optimizer, loss, x, y = kept[key]
    torch.set_num_threads(request["threads"])
    model.train()
    times = []
    for _ in range(request["steps"]):
        start = time.perf_counter()
        optimizer.zero_grad()
        value = loss(model(*x), y)
        value.backward()
        optimizer.step()
        value.item()
        times.append((time.perf_counter() - start) * 1000)
    return {"times": times}


def features(request):
    """A pretrained network in eval mode, as a course uses it: eager, without gradients."""
    torch.set_num_threads(request["threads"])
    if "lite0" not in kept:
        kept["lite0"] = Lite0().eval()
    x = torch.randn(request["batch"], 3, request["side"], request["side"])
    times = []
    with torch.no_grad():
        for _ in range(request["passes"]):
            start = time.perf_counter()
            kept["lite0"](x)
            times.append((time.perf_counter() - start) * 1000)
    return {"times": times}


class Rows(torch.utils.data.Dataset):
    """A Dataset as courses write it: the table as a numpy array, one row at a time out of it, batches collated by the DataLoader."""

    def __init__(self, path):
        with open(path) as file:
            rows = [[float(v) if v else 0.0 for v in row] for row in list(csv.reader(file))[1:]]
        self.data = np.array(rows, dtype=np.float32)
        self.data[:, :-1] = (self.data[:, :-1] - self.data[:, :-1].mean(0)) / self.data[:, :-1].std(0)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        return self.data[i, :-1], self.data[i, -1]


def epoch(request):
    torch.set_num_threads(request["threads"])
    start = time.perf_counter()
    data = Rows(request["csv"])
    loaded = time.perf_counter()
    model, _, _, loss = network("small")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    seconds = []
    for _ in range(request.get("epochs", 1)):
        begun = time.perf_counter()
        for x, y in torch.utils.data.DataLoader(data, batch_size=request["batch"], shuffle=True):
            optimizer.zero_grad()
            value = loss(model(x), y.view(-1, 1))
            value.backward()
            optimizer.step()
        seconds.append(time.perf_counter() - begun)
    return {"loading": loaded - start, "epochs": seconds, "rows": len(data), "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


class Windows(torch.utils.data.Dataset):
    """Windows as courses cut them: slices of one array, batches collated by the DataLoader."""

    def __init__(self, path, length):
        self.data = np.loadtxt(path, skiprows=1, dtype=np.float32)
        self.data = (self.data - self.data.mean()) / self.data.std()
        self.length = length

    def __len__(self):
        return len(self.data) - self.length

    def __getitem__(self, i):
        return self.data[i:i + self.length, None], self.data[i + self.length]


def window_epoch(request):
    torch.set_num_threads(request["threads"])
    start = time.perf_counter()
    data = Windows(request["csv"], request["length"])
    loaded = time.perf_counter()
    model = network(request["network"])[0]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    loss = nn.MSELoss()
    seconds = []
    for _ in range(request.get("epochs", 1)):
        begun = time.perf_counter()
        for x, y in torch.utils.data.DataLoader(data, batch_size=request["batch"], shuffle=True):
            optimizer.zero_grad()
            loss(model(x), y.view(-1, 1)).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - begun)
    return {"loading": loaded - start, "epochs": seconds, "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def picture_loader(request):
    """ImageFolder and DataLoader as torchvision's documentation has them."""
    from torchvision import transforms
    from torchvision.datasets import ImageFolder
    change = transforms.Compose([
        transforms.Resize((request["size"], request["size"])), transforms.RandomHorizontalFlip(), transforms.RandomRotation(15),
        transforms.ColorJitter(0.2, 0.2, 0.2), transforms.ToTensor()])
    return torch.utils.data.DataLoader(ImageFolder(request["folder"], change), batch_size=request["batch"], shuffle=True, num_workers=request["workers"])


def pictures(request):
    """Nothing is computed from the batches."""
    start = time.perf_counter()
    for _ in picture_loader(request):
        pass
    return {"seconds": time.perf_counter() - start}


def on_white(path):
    """As Lathe reads a picture with an alpha channel; torchvision's own loader drops that."""
    from PIL import Image
    picture = Image.open(path).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, (255, 255, 255, 255)), picture).convert("RGB")


def classes(request):
    """The two-block network on folders of classes, Adam 0.001, nothing augmented: the share of the test's pictures that it names rightly after the last epoch."""
    from torchvision import transforms
    from torchvision.datasets import ImageFolder
    change = transforms.Compose([transforms.Resize((request["size"], request["size"])), transforms.ToTensor()])

    def read(folder):
        found = ImageFolder(folder, change, loader=on_white)
        return torch.stack([x for x, _ in found]), torch.tensor(found.targets), len(found.classes)

    (x, y, count), (test_x, test_y, _) = read(request["train"]), read(request["test"])
    torch.set_num_threads(2)
    torch.manual_seed(request["seed"])
    model = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ELU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ELU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * (request["size"] // 4) ** 2, count))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    for _ in range(request["epochs"]):
        for chosen in torch.randperm(len(x)).split(request["batch"]):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[chosen]), y[chosen]).backward()
            optimizer.step()
    with torch.no_grad():
        return {"accuracy": (model(test_x).argmax(1) == test_y).float().mean().item()}


def picture_epoch(request):
    """An epoch of the two-block CNN; memory is this process's and that of its workers, each as large as the largest."""
    torch.set_num_threads(request["threads"])
    model, _, _, loss = network("cnn")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    start = time.perf_counter()
    for x, y in picture_loader(request):
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
    seconds = time.perf_counter() - start
    largest = {who: resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)}
    return {"seconds": seconds, "peakMiB": largest[resource.RUSAGE_SELF] + request["workers"] * largest[resource.RUSAGE_CHILDREN]}


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"step": step, "features": features, "epoch": epoch, "window_epoch": window_epoch, "pictures": pictures, "picture_epoch": picture_epoch, "classes": classes}[request["do"]](request)), flush=True)
