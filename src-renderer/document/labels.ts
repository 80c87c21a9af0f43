import { targetColumns } from "../../src-main/features/index.js";
import type { Draft, DraftTarget } from "./draft.js";

/** Targets of several labels, as changes to a draft. */

type LabelsTarget = Extract<DraftTarget, { readonly type: "labels" }>;

/** A target of several labels in place of another: of one of yes or no all such columns of the draft become labels, of another its column lists them. */
export function asLabels(draft: Draft, one: DraftTarget): { readonly target: LabelsTarget; readonly absorbed: readonly string[] } {
  const { name } = one;
  const [column = ""] = targetColumns(one);
  if (one.type !== "binary") return { target: { name, type: "labels", column }, absorbed: [] };
  const others = draft.data.targets.filter((target) => target.type === "binary" && target !== one);
  return { target: { name, type: "labels", columns: [column, ...others.flatMap(targetColumns)] }, absorbed: others.map((target) => target.name) };
}

/** Takes a column among the labels of a target, or out of them. */
export function setLabelColumns(draft: Draft, name: string, columns: readonly string[]): void {
  const target = labelsIn(draft, name);
  if (target) target.columns = [...columns];
}

function labelsIn({ data }: Draft, name: string): LabelsTarget | undefined {
  return data.targets.find((target): target is LabelsTarget => target.name === name && target.type === "labels");
}

/** What separates the words of a target's column; undefined: it is found by looking. */
export function setSeparator(draft: Draft, name: string, separator: string | undefined): void {
  const target = labelsIn(draft, name);
  if (!target) return;
  if (separator === undefined) delete target.separator;
  else target.separator = separator;
}

/** Runs from now on decide a label by this threshold; undefined: all of the target's are found on the validation rows. */
export function setLabelThreshold({ training }: Draft, target: string, given: { readonly label: string; readonly threshold: number } | undefined): void {
  const known = training.thresholds?.[target];
  const own = typeof known === "object" ? known : {};
  training.thresholds = { ...training.thresholds, [target]: given ? { ...own, [given.label]: given.threshold } : "tune" };
}
