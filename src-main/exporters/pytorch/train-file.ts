import { call, Code, python, type PythonValue, snakeCase } from "../../base/python.js";
import { losses } from "../../losses/index.js";
import { optimizers } from "../../optimizers/index.js";
import { schedules } from "../../optimizers/schedules/index.js";
import type { TrainedNetwork } from "../exporter.js";
import { scalesTargets } from "./model-file.js";

/** In the place of a line that is not there. */
const NOTHING = "\0";
const only = (wanted: unknown, lines: string): string => (wanted ? lines : NOTHING);

/** `train.py`: the run's training once more. @param stays modules that are not trained and keep running statistics */
export function trainFile(trained: TrainedNetwork, className: string, stays: readonly string[]): string {
  const { project, run, training, seed, dropLast, monitor, fitted } = trained;
  const made = fitted.targets.map(({ name }) => [name, lossOf(trained, name)] as const);
  const classes = [...new Set(made.flatMap(([, { definition }]) => (definition === undefined ? [] : [definition])))];
  const schedule = scheduleOf(trained);
  const scales = scalesTargets(fitted.targets);
  const clip = [
    ...(training.clipGradValue === undefined ? [] : [`nn.utils.clip_grad_value_(network.parameters(), ${training.clipGradValue})`]),
    ...(training.clipGradNorm === undefined ? [] : [`nn.utils.clip_grad_norm_(network.parameters(), ${training.clipGradNorm})`]),
  ];
  const { restoreBest } = training;
  const patience = training.earlyStopping?.patience;
  return `"""Trains the network of model.py as run ${run} of '${project.replace(/["'\\\n]/g, " ")}' was: rows, losses, optimizer, schedule, metrics.

    python train.py [--epochs n] [--seed n]

The weights of the ${training.restoreBest ? "best" : "last"} epoch are written to trained.safetensors, and all figures to trained.json.
"""
import argparse
import json
import math
from pathlib import Path

import torch
from torch import nn

from data import HERE, SPEC, TABLE, TableDataset, batches, read_table, split
from metrics import measure
from model import ${className}, answers, outputs_of, ${scales ? "own_unit, " : ""}save_weights
from predict import THRESHOLDS

EPOCHS = ${training.epochs}
SEED = ${seed}
BATCH_SIZE = ${training.batchSize}
# What the best epoch is found by, and training stopped${patience === undefined ? " if it is to be: epochs without an improvement, None for never" : ""}.
MONITOR = ${python(monitor.name)}
SMALLER_IS_BETTER = ${python(monitor.mode === "min")}
PATIENCE = ${patience ?? "None"}
MIN_DELTA = ${training.earlyStopping?.minDelta ?? 0}


${classes.map((text) => `${text}\n\n`).join("")}def make_criteria():
    """The loss of each target."""
    return {${made.map(([name, { code }]) => `${python(name)}: ${code}`).join(", ")}}


def total(losses):
    """The loss of all targets."""
    return ${totalOf(trained)}


def make_optimizer(network):
    return ${optimizerOf(trained)}

${
  schedule
    ? `
def make_scheduler(optimizer, epochs, steps_per_epoch):
    """Stepped after each ${schedule.each === "step" ? "batch" : "epoch"}${schedule.each === "value" ? ", with the loss of the validation rows" : ""}."""
${schedule.lines.map((line) => (line === "" ? "" : `    ${line}`)).join("\n")}

`
    : ""
}
def to(values, device):
    return {name: value.to(device) for name, value in values.items()}


@torch.no_grad()
def evaluate(network, loader, criteria, device):
    """Losses and metrics of a part of the table, over all its rows at once."""
    network.eval()
    parts = [(outputs_of(network, to(inputs, device)), to(targets, device)) for inputs, targets in loader]
    outputs = {name: torch.cat([part[name] for part, _ in parts]) for name in criteria}
    wanted = {name: torch.cat([part[name] for _, part in parts]) for name in criteria}
    losses = {name: criteria[name](outputs[name], wanted[name]).item() for name in criteria}
    values = {"loss": total(losses)} | {f"{name}.loss": loss for name, loss in losses.items()}
    read, true = answers(outputs), ${scales ? "own_unit(wanted)" : "wanted"}
    for spec in SPEC["targets"]:
        name = spec["name"]
        metrics = measure(spec, read[name], true[name], THRESHOLDS[name])
        values |= {f"{name}.{metric}": value for metric, value in metrics.items()}
    return values


def train(data=TABLE, epochs=EPOCHS, seed=SEED):
    torch.manual_seed(seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    table = read_table(data)
    train_rows = TableDataset(table, split("train"))
    train_batches = batches(train_rows, BATCH_SIZE, shuffle=${python(training.shuffle)}, drop_last=${python(dropLast)})
    parts = {part: batches(TableDataset(table, split(part)), 1024) for part in ("validation", "test") if len(split(part))}

    network = ${className}().to(device)
    criteria = {name: criterion.to(device) for name, criterion in make_criteria().items()}
    optimizer = make_optimizer(network)
${only(schedule, "    scheduler = make_scheduler(optimizer, epochs, len(train_batches))")}
    history, best, best_epoch, reference, waited = [], math.inf, 0, math.inf, 0
${only(restoreBest, "    kept = network.state_dict()")}
    for epoch in range(1, epochs + 1):
        network.train()
${only(stays.length > 0, stays.map((module) => `        network.${module}.eval()  # frozen, with its running statistics`).join("\n"))}
        sums, samples = dict.fromkeys(criteria, 0.0), 0
        for inputs, targets in train_batches:
            inputs, targets = to(inputs, device), to(targets, device)
            outputs = outputs_of(network, inputs)
            losses = {name: criteria[name](outputs[name], targets[name]) for name in criteria}
            optimizer.zero_grad()
            total(losses).backward()
${only(clip.length > 0, clip.map((line) => `            ${line}`).join("\n"))}
            optimizer.step()
${only(schedule?.each === "step", "            scheduler.step()")}
            size = len(next(iter(targets.values())))
            samples += size
            for name, loss in losses.items():
                sums[name] += loss.item() * size
        means = {name: value / samples for name, value in sums.items()}
        values = {"train.loss": total(means)} | {f"train.{name}.loss": value for name, value in means.items()}
        if "validation" in parts:
            judged = evaluate(network, parts["validation"], criteria, device)
            values |= {f"validation.{name}": value for name, value in judged.items()}
${only(schedule?.each === "epoch", "        scheduler.step()")}
${only(schedule?.each === "value", '        scheduler.step(values.get("validation.loss", values["train.loss"]))')}
        history.append(values)
        told = [f"{name} {values[name]:.4g}" for name in ("train.loss", "validation.loss") if name in values]
        print(f"epoch {epoch}/{epochs}", *told, flush=True)

        value = values[MONITOR] if SMALLER_IS_BETTER else -values[MONITOR]
        if value < best:
            best, best_epoch = value, epoch
${only(restoreBest, "            kept = {name: tensor.clone() for name, tensor in network.state_dict().items()}")}
        if value < reference - MIN_DELTA:
            reference, waited = value, 0
        else:
            waited += 1
            if PATIENCE is not None and waited >= PATIENCE:
                break

${only(restoreBest, "    network.load_state_dict(kept)")}
    figures = {part: evaluate(network, loader, criteria, device) for part, loader in parts.items()}
    return network, {"epochs": len(history), "bestEpoch": best_epoch, "history": history, **figures}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=TABLE, help="the table, where it lies elsewhere")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    network, figures = train(options.data, options.epochs, options.seed)
    save_weights(network, HERE / "trained.safetensors")
    (HERE / "trained.json").write_text(json.dumps(figures, indent=2) + "\\n", encoding="utf-8")
    for part in ("validation", "test"):
        for name, value in figures.get(part, {}).items():
            print(f"{part} {name} {value:.4g}")


if __name__ == "__main__":
    main()
`.replaceAll(`${NOTHING}\n`, "");
}

function lossOf({ loss }: TrainedNetwork, target: string) {
  const config = loss(target);
  const made = losses.get(config.type).torch?.(config.options);
  return made ?? { code: "None" };
}

function totalOf({ training, fitted, loss }: TrainedNetwork): string {
  const weights = fitted.targets.map(({ name }) => loss(name).weight);
  const sum = weights.reduce((a, b) => a + b, 0);
  const average = training.combine === "average";
  const terms = fitted.targets.map(({ name }, i) => `${weights[i] === 1 ? "" : `${weights[i] ?? 1} * `}losses[${python(name)}]`);
  if (!average || fitted.targets.length === 1 || sum === 1) return terms.join(" + ");
  return `(${terms.join(" + ")}) / ${sum}`;
}

function optimizerOf({ training: { optimizer } }: TrainedNetwork): string {
  const { type, ...options } = optimizer;
  const usual = optimizers.get(type).config.parse({ type }) as Readonly<Record<string, PythonValue>>;
  const named = Object.entries(options as Readonly<Record<string, PythonValue>>).map(([key, value]) => {
    const same = JSON.stringify(value) === JSON.stringify(usual[key]) && key !== "lr";
    return [snakeCase(key), [value, same ? value : undefined]] as const;
  });
  return call(`torch.optim.${type}`, [new Code("network.parameters()")], Object.fromEntries(named));
}

function scheduleOf({ training }: TrainedNetwork) {
  if (!training.schedule || training.schedule.type === "constant") return undefined;
  const definition = schedules.get(training.schedule.type);
  return definition.torch(definition.config.parse(training.schedule), {
    learningRate: Number(training.optimizer["lr"]),
    epochs: "epochs",
    stepsPerEpoch: "steps_per_epoch",
  });
}
