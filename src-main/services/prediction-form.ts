import { argmax } from "../base/argmax.js";
import type { RowAnswer, RowValues } from "../contract/engine-messages.js";
import type { FormField, OnePrediction, PredictionForm, TargetView } from "../contract/evaluation-views.js";
import type { FittedInput, FittedTarget } from "../datasets/index.js";
import type { ModelFacts } from "../training/inference-model.js";
import type { TrainingValues } from "../training/training-values.js";

/** More are not offered in a list; they can still be typed. */
const MOST_CHOICES = 1000;
/** Bounds are told with six digits. */
const ROUNDING = 1e-5;

/** What to ask of a user who wants an answer for one row. @param values of the training rows; empty where they are not known. */
export function formOf({ fitted, thresholds }: ModelFacts, values: TrainingValues): PredictionForm {
  const fields = new Map<string, FormField>();
  for (const input of fitted.inputs) for (const field of fieldsOf(input, values, fitted.decimal)) if (!fields.has(field.column)) fields.set(field.column, field);
  return { fields: [...fields.values()], targets: fitted.targets.map((target) => viewOf(target, thresholds)) };
}

function fieldsOf(input: FittedInput, values: TrainingValues, decimal: "," | undefined): readonly FormField[] {
  if (input.type === "numeric") {
    return input.columns.map((column, k): FormField => {
      const seen = values[column];
      const known = seen?.type === "number" ? seen : undefined;
      const typical = String(known?.mean ?? input.fill?.[k] ?? input.shift[k] ?? 0);
      return { column, kind: "number", typical: decimal === "," ? typical.replace(".", ",") : typical, ...(known ? { min: known.min, max: known.max } : {}) };
    });
  }
  // A picture is chosen, not typed: none is typical.
  if (input.type === "image") return [{ column: input.column, kind: "picture", typical: "" }];
  const classes = [...new Set<string>(input.classes)];
  const seen = values[input.column];
  const rows = seen?.type === "classes" ? seen.rows : [];
  const most = argmax(rows);
  const field = { column: input.column, typical: input.classes[most] ?? classes[0] ?? "" };
  return [classes.length > MOST_CHOICES ? { ...field, kind: "text" } : { ...field, kind: "choice", choices: classes }];
}

function viewOf(target: FittedTarget, thresholds: ModelFacts["thresholds"]): TargetView {
  switch (target.type) {
    case "numeric": return { name: target.name, kind: "numeric", columns: [...target.columns] };
    case "category": return { name: target.name, kind: "category", classes: [...target.classes] };
    case "binary": return { name: target.name, kind: "binary", classes: [...target.classes], threshold: thresholds[target.name] ?? 0.5 };
  }
}

/** An answer as it is shown, with what the user should know of it. */
export function describeAnswer({ fitted }: ModelFacts, values: TrainingValues, asked: RowValues, answer: RowAnswer): OnePrediction {
  return {
    targets: fitted.targets.map((target): OnePrediction["targets"][number] => {
      const cells = answer.targets[target.name] ?? [];
      if (target.type === "numeric") return { name: target.name, kind: "numeric", value: cells.join(", ") };
      const [value = "", ...probabilities] = cells;
      return { name: target.name, kind: target.type, value, probabilities: probabilities.map((p, k) => ({ class: target.classes[k] ?? "", probability: Number(p) })) };
    }),
    notes: uniqueNotes(fitted.inputs.flatMap((input) => notesOn(input, values, asked, answer))),
  };
}

type Note = OnePrediction["notes"][number];

/** Two inputs may read the same column. */
function uniqueNotes(notes: readonly Note[]): Note[] {
  return [...new Map(notes.map((note) => [note.message, note])).values()];
}

function notesOn(input: FittedInput, values: TrainingValues, asked: RowValues, answer: RowAnswer): readonly Note[] {
  if (input.type === "numeric") {
    return input.columns.flatMap((column, k) => {
      const value = answer.numbers[column];
      if (value === null || value === undefined) {
        const fill = input.fill?.[k];
        return fill === undefined ? [] : [{ column, message: `${column} is missing: ${Number(fill.toPrecision(6))}, the ${input.missing} of the training rows, stands in for it` }];
      }
      const seen = values[column];
      if (seen?.type !== "number") return [];
      const slack = Math.max(Math.abs(seen.min), Math.abs(seen.max)) * ROUNDING;
      if (value >= seen.min - slack && value <= seen.max + slack) return [];
      return [{ column, message: `${column} is ${Number(value.toPrecision(7))}, but the training rows hold ${seen.min} to ${seen.max}: the answer goes beyond what the model has seen` }];
    });
  }
  if (input.type === "image") return [];
  const { column } = input;
  const text = asked[column]?.trim() ?? "";
  const stands = input.type === "binary" ? "the average of both values stands in for it" : "it counts as none of the known values";
  if (text === "") return [{ column, message: `${column} is missing: ${stands}` }];
  if (!answer.unknown.includes(column)) return [];
  return [{ column, message: `the model has never seen "${text}" in ${column} (it knows ${input.classes.slice(0, 5).join(", ")}${input.classes.length > 5 ? ", …" : ""}): ${stands}` }];
}
