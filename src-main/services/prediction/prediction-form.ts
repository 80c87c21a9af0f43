import type { RowAnswer, RowValues } from "../../contract/engine-messages.js";
import type { FormField, OnePrediction, PredictionForm, TargetView } from "../../contract/evaluation-views.js";
import { USUAL_THRESHOLD } from "../../contract/thresholds.js";
import { numberOf } from "../../features/classes.js";
import { labelThresholds } from "../../features/labels.js";
import type { FittedTarget } from "../../features/fitted.js";
import type { ValueNote } from "../../features/form.js";
import { kindOf, picturesOf, targetKindOf } from "../../features/index.js";
import type { ModelFacts } from "../../training/models/inference-model.js";
import type { TrainingValues } from "../../training/runs/training-values.js";

/** What to ask of a user who wants an answer for one row. @param values of the training rows; empty where they are not known. */
export function formOf({ fitted, thresholds }: ModelFacts, values: TrainingValues): Omit<PredictionForm, "doubts"> {
  const fields = new Map<string, FormField>();
  // Whether a value is there is not asked where the value is.
  const presences = fitted.inputs.filter((input) => kindOf(input).presence);
  for (const input of [...fitted.inputs.filter((one) => !presences.includes(one)), ...presences])
    for (const field of kindOf(input).fields(input, values, fitted.decimal)) if (!fields.has(field.column)) fields.set(field.column, field);
  const folder = folderOf(fitted);
  return { fields: [...fields.values()], targets: fitted.targets.map((target) => viewOf(target, thresholds)), ...(folder ? { folder } : {}) };
}

/** Levels of folders that a model of pictures reads, as `predictionForm` tells them. */
function folderOf({ inputs, levels = [] }: ModelFacts["fitted"]): string[] | undefined {
  const pictures = new Set(picturesOf(inputs).map(({ column }) => column));
  const others = inputs.flatMap((input) => kindOf(input).columnsOf(input)).filter((column) => !pictures.has(column));
  if (pictures.size !== 1 || !others.every((column) => levels.includes(column))) return undefined;
  return others.length > 0 ? [...levels] : [];
}

function viewOf(target: FittedTarget, thresholds: ModelFacts["thresholds"]): TargetView {
  switch (target.type) {
    case "numeric":
      return { name: target.name, kind: "numeric", columns: [...targetKindOf(target).valuesOf(target)] };
    case "category":
      return { name: target.name, kind: "category", classes: [...target.classes] };
    case "binary":
      return { name: target.name, kind: "binary", classes: [...target.classes], threshold: numberOf(thresholds[target.name] ?? USUAL_THRESHOLD) };
    case "labels":
      return {
        name: target.name,
        kind: "labels",
        classes: [...target.classes],
        thresholds: [...labelThresholds(target.classes, thresholds[target.name] ?? USUAL_THRESHOLD)],
      };
    case "embedding":
      return { name: target.name, kind: "embedding" };
  }
}

/** An answer as it is shown, with what the user should know of it. */
export function describeAnswer({ fitted }: ModelFacts, values: TrainingValues, asked: RowValues, answer: RowAnswer): OnePrediction {
  const row = { typed: asked, numbers: answer.numbers, unknown: answer.unknown };
  return {
    targets: fitted.targets.map((target): OnePrediction["targets"][number] => {
      const cells = answer.targets[target.name] ?? [];
      if (target.type === "numeric" || target.type === "embedding") return { name: target.name, kind: target.type, value: cells.join(", ") };
      const [value = "", ...probabilities] = cells;
      return {
        name: target.name,
        kind: target.type,
        value,
        probabilities: probabilities.map((p, k) => ({ class: target.classes[k] ?? "", probability: Number(p) })),
      };
    }),
    notes: uniqueNotes(fitted.inputs.flatMap((input) => kindOf(input).notes(input, values, row))),
  };
}

/** Two inputs may read the same column. */
function uniqueNotes(notes: readonly ValueNote[]): ValueNote[] {
  return [...new Map(notes.map((note) => [note.message, note])).values()];
}
