import { python } from "../../base/python.js";
import { targetPython } from "../../features/index.js";
import type { TrainedNetwork } from "../exporter.js";

/** `predict.py`: answers for the rows of a table, as CSV with the columns of `lathe predict`. */
export function predictFile({ fitted, thresholds }: TrainedNetwork, className: string): string {
  const kinds = [...new Set(fitted.targets.map(({ type }) => type))];
  const shown = fitted.targets.map(({ name }) => `${python(name)}: ${showThreshold(thresholds[name] ?? 0.5)}`);
  return `"""Answers for every row of a table, as CSV: python predict.py table.csv --out answers.csv"""
import argparse
import csv
from pathlib import Path

import torch

from data import HERE, SPEC, encode, read_table
from model import ${className}, answers, load_weights, outputs_of

BATCH_SIZE = 1024
# The probability above which something is said to be so, by target.
THRESHOLDS = {${shown.join(", ")}}


def show(value):
    """Nine digits tell two float32 apart."""
    return f"{value:.9g}"


${kinds.map((type) => targetPython(type)?.cells ?? "").join("\n\n")}

CELLS = {${kinds.map((type) => `"${type}": ${type}_cells`).join(", ")}}


def head(spec):
    """Columns of a target: the prediction, then the probability of each class; or the numbers."""
    name = spec["name"]
    if "classes" in spec:
        return [name, *(f"{name}:{label}" for label in spec["classes"])]
    return [name] if len(spec["columns"]) == 1 else [f"{name}:{column}" for column in spec["columns"]]


@torch.no_grad()
def predict(network, table):
    """Cells of answers by row; none for a row that lacks a number for which nothing stands in."""
    network.eval()
    inputs = encode(table)
    rows = len(next(iter(inputs.values())))
    for start in range(0, rows, BATCH_SIZE):
        batch = {name: values[start : start + BATCH_SIZE] for name, values in inputs.items()}
        usable = ~torch.stack([values.flatten(1).isnan().any(1) for values in batch.values()]).any(0)
        made = {name: values.tolist() for name, values in answers(outputs_of(network, batch)).items()}
        for k in range(len(usable)):
            if usable[k]:
                cells = (CELLS[spec["type"]](spec, made[spec["name"]][k], THRESHOLDS[spec["name"]]) for spec in SPEC["targets"])
                yield start + k + 1, [cell for target in cells for cell in target]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a table with the columns of the one that was trained on")
    parser.add_argument("--out", type=Path, required=True, help="the CSV to write")
    parser.add_argument("--weights", type=Path, default=HERE / "weights.safetensors", help="those of train.py: trained.safetensors")
    options = parser.parse_args()
    network = load_weights(${className}(), options.weights)
    names = [column for spec in SPEC["targets"] for column in head(spec)]
    with open(options.out, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\\n")
        writer.writerow(["sample number" if "sample" in names else "sample", *names])
        for row, cells in predict(network, read_table(options.data)):
            writer.writerow([row, *cells])


if __name__ == "__main__":
    main()
`;
}

function showThreshold(threshold: number | Readonly<Record<string, number>>): string {
  if (typeof threshold === "number") return String(threshold);
  return `{${Object.entries(threshold)
    .map(([label, value]) => `${python(label)}: ${value}`)
    .join(", ")}}`;
}
