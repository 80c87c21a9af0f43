import { python } from "../../base/python.js";
import { BLANKS, MISSING_WORDS } from "../../features/spelling.js";
import { inputPython, targetPython } from "../../features/index.js";
import type { TrainedNetwork } from "../exporter.js";

/** `data.py`: from the table to what the network reads and should answer, and which rows are in which part. */
export function dataFile({ project, table, fitted }: TrainedNetwork): string {
  const { path, delimiter, quote, encoding, skip, decimal } = table;
  const kinds = [...new Set(fitted.inputs.map(({ type }) => type))];
  const targets = [...new Set(fitted.targets.map(({ type }) => type))];
  const functions = [...kinds.map((type) => inputPython(type)), ...targets.map((type) => targetPython(type)?.reads)].filter((text) => text !== undefined);
  const body = functions.join("\n\n");
  const hand = (name: string, text: string) => (body.includes(`${name}(`) ? `\n\n${text}` : "");
  return `"""The table of '${project.replace(/["'\\\n]/g, " ")}' as the network reads it, and its split.

What was learnt of the columns is in preprocessing.json.
"""
import csv
import json
import re
import unicodedata
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler, SequentialSampler

HERE = Path(__file__).parent
SPEC = json.loads((HERE / "preprocessing.json").read_text(encoding="utf-8"))

# The table that the model learnt from.
TABLE = Path(${python(path)})
DELIMITER = ${python(delimiter)}
QUOTE = ${python(quote)}
ENCODING = ${python(encoding)}
SKIPPED_LINES = ${skip}

# What stands around a cell and means nothing, and what counts as missing.
BLANKS = ${escaped(BLANKS)}
MISSING = {${MISSING_WORDS.filter((word) => word !== "")
    .map(python)
    .join(", ")}}


def read_table(path):
    """Cells as texts, by column."""
    with open(path, encoding=ENCODING, newline="") as file:
        for _ in range(SKIPPED_LINES):
            file.readline()
        rows = [row for row in csv.reader(file, delimiter=DELIMITER, quotechar=QUOTE) if row]
    names, rows = [clean(name) for name in rows[0]], rows[1:]
    table = {name: [clean(row[k]) if k < len(row) else "" for row in rows] for k, name in enumerate(names)}
    missing = [column for spec in SPEC["inputs"] for column in columns_of(spec) if column not in table]
    if missing:
        raise SystemExit(f"{path} has no column {', '.join(missing)}; its columns are {', '.join(names)}")
    return table


def columns_of(spec):
    return spec["columns"] if "columns" in spec else [spec["column"]]


def clean(cell):
    return unicodedata.normalize("NFC", cell.strip(BLANKS))


def is_missing(text, column):
    return text == "" or text.lower() in MISSING or text.lower() in SPEC.get("missing", {}).get(column, [])
${hand("number", numberPython(decimal))}${hand(
    "class_of",
    `def class_of(text, classes, otherwise):
    """The class that a text stands for; words such as yes and Yes are one where only one of them is a class."""
    if text in classes:
        return classes[text]
    return {name.lower(): value for name, value in classes.items()}.get(text.lower(), otherwise)
`,
  )}

${body}

INPUTS = {${kinds.map((type) => `"${type}": ${type}`).join(", ")}}
TARGETS = {${targets.map((type) => `"${type}": ${type}_target`).join(", ")}}


def encode(table):
    """What the network reads, by input: float32 [rows, ...]."""
    return {spec["name"]: torch.from_numpy(INPUTS[spec["type"]](spec, table)) for spec in SPEC["inputs"]}


def truths(table):
    """What the network should answer, by target."""
    return {spec["name"]: torch.from_numpy(TARGETS[spec["type"]](spec, table)) for spec in SPEC["targets"]}


def split(part):
    """Places of a part's rows in the table: of "train", "validation" or "test"."""
    return torch.from_numpy(np.load(HERE / "split" / f"{part}.npy").astype(np.int64) - 1)


class TableDataset(Dataset):
    """Rows of a table: what the network reads by input, and what it should answer by target."""

    def __init__(self, table, rows):
        self.inputs = {name: values[rows] for name, values in encode(table).items()}
        self.targets = {name: values[rows] for name, values in truths(table).items()}
        for name, values in self.targets.items():
            unread = (values < 0) if values.dtype == torch.int64 else values.isnan().reshape(len(rows), -1).any(1)
            if unread.any():
                raise SystemExit(f"row {rows[unread][0].item() + 1} has no {name} that training knew: the table has changed")
        self.rows = len(rows)

    def __len__(self):
        return self.rows

    def __getitem__(self, index):
        return {name: values[index] for name, values in self.inputs.items()}, {name: values[index] for name, values in self.targets.items()}


def batches(dataset, batch_size, shuffle=False, drop_last=False):
    """A loader that takes a batch's rows out of the tensors at once."""
    order = RandomSampler(dataset) if shuffle else SequentialSampler(dataset)
    return DataLoader(dataset, sampler=BatchSampler(order, batch_size, drop_last), batch_size=None)
`;
}

/** Signs that nobody sees, as escapes. */
function escaped(text: string): string {
  return python(text).replace(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Numbers may have units and thousands, as in `1,234.50 €`. */
function numberPython(decimal: "," | "."): string {
  const [point, thousands] = decimal === "." ? ["\\.", ","] : [",", "\\."];
  return `UNIT = "[$€£¥₹%]|EUR|USD|GBP|CHF"
NUMBER = re.compile(r"[+-]?([0-9]+${point}?[0-9]*|${point}[0-9]+)([eE][+-]?[0-9]+)?")
GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([${thousands}'’ \\u00a0\\u2009\\u202f][0-9]{3})+(${point}[0-9]*)?")


def number(text, column):
    """A number as it may be written, with a unit or with thousands that are parted; NaN where there is none."""
    if is_missing(text, column):
        return np.nan
    bare = re.sub(UNIT, "", text).strip(BLANKS)
    if GROUPED.fullmatch(bare):
        bare = re.sub("[${thousands}'’ \\u00a0\\u2009\\u202f]", "", bare)
    return float(bare${decimal === "." ? "" : '.replace(",", ".")'}) if NUMBER.fullmatch(bare) else np.nan
`;
}
