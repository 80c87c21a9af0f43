import { LatheError } from "../../base/errors.js";
import type { FittedData } from "../../features/fitted.js";
import { inputPython, targetPython } from "../../features/index.js";
import { losses } from "../../losses/index.js";
import type { TrainedNetwork } from "../exporter.js";
import { measured } from "./metrics-file.js";

/** Refuses a run that the folder cannot repeat, with what is in the way. @throws LatheError `export.format` */
export function refuseUnwritable(trained: TrainedNetwork): void {
  const reason = whyNot(trained);
  if (reason !== undefined) throw cannotWrite(reason);
}

/** @param reason as a sentence continues */
export function cannotWrite(reason: string): LatheError {
  return new LatheError("export.format", `the PyTorch folder is written of runs on a delimited text with a header so far, and ${reason}; take the ONNX model`);
}

/** The same of what its columns hold, which is known before the data are read. @throws LatheError `export.format` */
export function refuseKinds({ inputs, targets, series }: FittedData): void {
  if (series) throw cannotWrite("its rows are those of a series");
  const input = inputs.find(({ type }) => inputPython(type) === undefined);
  if (input) throw cannotWrite(`input ${input.name} is of the type ${input.type}`);
  const target = targets.find(({ type }) => targetPython(type) === undefined);
  if (target) throw cannotWrite(`target ${target.name} is of the type ${target.type}`);
}

function whyNot({ fitted, loss, training, masked, monitor, groups }: TrainedNetwork): string | undefined {
  const [lacking] = masked;
  if (lacking !== undefined) return `some rows lack target ${lacking}`;
  for (const { name } of fitted.targets) if (!losses.get(loss(name).type).torch) return `${loss(name).type} compares rows with each other`;
  if (fitted.targets.length > 1 && training.combine !== "sum" && training.combine !== "average") return `its losses are combined as ${training.combine}`;
  if (groups) return "some of its layers learn at a rate or with a weight decay of their own";
  const [, ...words] = monitor.name.split(".");
  const watched = words.join(".");
  const known = ["loss", ...fitted.targets.flatMap(({ name, type }) => ["loss", ...measured(type)].map((metric) => `${name}.${metric}`))];
  return known.includes(watched) ? undefined : `it watches ${monitor.name}, which metrics.py does not measure`;
}
