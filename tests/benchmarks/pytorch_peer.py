"""PyTorch's side of the benchmarks: reads one JSON request a line, answers with one JSON line of milliseconds.

{"do": "step", "network": "small"|"large", "batch": 32, "steps": 200, "threads": 1}
{"do": "epoch", "csv": path, "batch": 32, "loader": "dataset", "threads": 1}
"""
import csv
import json
import resource
import sys
import time

import numpy as np
import torch
from torch import nn


def network(name):
    if name == "small":
        return nn.Sequential(nn.Linear(9, 16), nn.BatchNorm1d(16), nn.ELU(), nn.Linear(16, 8), nn.BatchNorm1d(8), nn.ELU(), nn.Linear(8, 1)), 9, nn.BCEWithLogitsLoss()
    return nn.Sequential(nn.Linear(512, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 10)), 512, nn.CrossEntropyLoss()


kept = {}


def step(request):
    key = (request["network"], request["batch"])
    if key not in kept:
        model, width, loss = network(request["network"])
        x = torch.randn(request["batch"], width)
        y = torch.rand(request["batch"], 1).round() if request["network"] == "small" else torch.randint(0, 10, (request["batch"],))
        kept[key] = model, torch.optim.Adam(model.parameters(), lr=0.005), loss, x, y
    model, optimizer, loss, x, y = kept[key]
    torch.set_num_threads(request["threads"])
    model.train()
    times = []
    for _ in range(request["steps"]):
        start = time.perf_counter()
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        value.item()
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
    model, _, loss = network("small")
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


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"step": step, "epoch": epoch}[request["do"]](request)), flush=True)
