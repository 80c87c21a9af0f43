import { LatheError } from "../../base/errors.js";
import type { KeptTarget } from "../../training/runs/kept-predictions.js";

/** A target that a sample has one answer to. */
export type SingleTarget = Exclude<KeptTarget, { readonly kind: "labels" }>;

/**
 * One of several labels as a target of yes or no of its own; other targets as they are.
 * @throws LatheError `usage` where a label is named and there is none, or the other way round
 */
export function oneLabel(target: KeptTarget, label: string | undefined): SingleTarget {
  if (target.kind !== "labels") {
    if (label === undefined) return target;
    throw new LatheError("usage", `target ${target.name} has no labels, got label "${label}"`, { target: target.name, label });
  }
  const { name, classes, thresholds, width } = target;
  const listed = `${classes.slice(0, 10).join(", ")}${classes.length > 10 ? ", …" : ""}`;
  if (label === undefined) throw new LatheError("usage", `target ${name} has ${classes.length} labels (${listed}): say which one is meant`, { target: name });
  const k = classes.indexOf(label);
  if (k < 0) throw new LatheError("usage", `target ${name} has no label "${label}"; it has ${listed}`, { target: name, label });
  const column = (values: Float32Array | Int32Array) => Float32Array.from({ length: values.length / width }, (_, i) => values[i * width + k] ?? Number.NaN);
  return {
    name,
    kind: "binary",
    width: 1,
    classes: namesOf(label),
    threshold: thresholds[k] ?? 0.5,
    outputs: column(target.outputs),
    truths: column(target.truths),
  };
}

/** What no and yes of a label are called. */
export function namesOf(label: string): [string, string] {
  return [`not ${label}`, label];
}
