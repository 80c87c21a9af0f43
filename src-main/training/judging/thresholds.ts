import { closest } from "../../base/closest.js";
import { LatheError } from "../../base/errors.js";
import { own } from "../../base/own.js";
import { isTuned, thresholdOf, usualThreshold } from "../../contract/thresholds.js";
import type { TrainingConfig } from "../../contract/training.js";
import type { FittedTarget } from "../../features/fitted.js";
import { targetKindOf } from "../../features/index.js";
import type { Threshold } from "../../features/kind.js";
import { labelThresholds } from "../../features/labels.js";
import { bestThreshold } from "../../metrics/best-threshold.js";
import { rankLabel } from "../../metrics/label-view.js";
import type { JudgedTarget } from "./judge.js";

/** What a target is decided by, of labels all of them. @throws LatheError `project.invalid` for a label that is not there */
export function thresholdFor(training: TrainingConfig, target: FittedTarget): Threshold {
  const given = thresholdOf(training, target.name);
  const kind = targetKindOf(target);
  const labels = kind.classes(target);
  if (typeof given === "number" || !labels || !kind.reader) return given;
  for (const name of Object.keys(given)) {
    if (labels.includes(name)) continue;
    const near = closest(name, labels);
    throw new LatheError(
      "project.invalid",
      `training.thresholds.${target.name}: got "${name}", which is no label of the target${near === undefined ? "" : `; did you mean "${near}"?`}`,
      { target: target.name, label: name },
    );
  }
  const all = labelThresholds(labels, given, usualThreshold(training));
  return Object.fromEntries(labels.map((label, k) => [label, all[k] ?? usualThreshold(training)]));
}

/** What a model or a report says of the thresholds of a target; undefined where it has none. */
export function toldThreshold(target: JudgedTarget): Threshold | undefined {
  if (target.kind === "labels") return Object.fromEntries(target.classes.map((label, k) => [label, target.thresholds[k] ?? 0]));
  return "threshold" in target ? target.threshold : undefined;
}

/** Targets as they decide by other thresholds; those that are not named, and labels that are not, by their own. */
export function decidedBy(judged: ReadonlyMap<string, JudgedTarget>, chosen: Readonly<Record<string, Threshold>>): ReadonlyMap<string, JudgedTarget> {
  return new Map([...judged].map(([name, target]) => [name, withThreshold(target, own(chosen, name))] as const));
}

/** A target as it decides by another threshold, or several; undefined, and labels that are not named: as before. */
export function withThreshold<T extends JudgedTarget>(target: T, chosen: Threshold | undefined): T {
  if (chosen === undefined) return target;
  if ("threshold" in target) return typeof chosen === "number" ? { ...target, threshold: chosen } : target;
  if (!("thresholds" in target)) return target;
  const of = (label: string | undefined, before: number) => (typeof chosen === "number" ? chosen : (own(chosen, label ?? "") ?? before));
  return { ...target, thresholds: target.thresholds.map((before, k) => of(target.classes[k], before)) };
}

/** Predictions of a target, as `judge` takes them. */
interface Judged {
  readonly outputs: Float32Array;
  readonly truths: Float32Array | Int32Array;
}

/** A target with the thresholds at which F1 is best on some rows, label by label; of a label that is not among them its own stays. */
export function tuned(target: JudgedTarget, { outputs, truths }: Judged): JudgedTarget {
  const best = (k: number, width: number) => bestThreshold(rankLabel(outputs, truths, k, width))?.threshold;
  if (target.kind === "labels") {
    const width = target.classes.length;
    return { ...target, thresholds: target.thresholds.map((own, k) => best(k, width) ?? own) };
  }
  return "threshold" in target ? { ...target, threshold: best(0, 1) ?? target.threshold } : target;
}

/** Targets whose thresholds the project wants tuned, tuned. @param validation its predictions; undefined where it has no rows. */
export function tuneAll(
  training: TrainingConfig,
  judged: ReadonlyMap<string, JudgedTarget>,
  validation: { readonly outputs: ReadonlyMap<string, Float32Array>; readonly truths: ReadonlyMap<string, Float32Array | Int32Array> } | undefined,
): ReadonlyMap<string, JudgedTarget> {
  return new Map(
    [...judged].map(([name, target]) => {
      const [outputs, truths] = [validation?.outputs.get(name), validation?.truths.get(name)];
      return [name, isTuned(training, name) && outputs && truths ? tuned(target, { outputs, truths }) : target] as const;
    }),
  );
}
