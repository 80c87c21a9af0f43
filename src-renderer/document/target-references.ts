import { outputsOf } from "../../src-main/features/index.js";
import type { Draft, DraftTarget } from "./draft.js";

/** What refers to a target by its name: the network's outputs, its loss, and what early stopping watches. */

/** Takes away what was chosen for a target that is gone or is another kind now. Its output stays for `followTargets`. */
export function dropTarget(draft: Draft, name: string): void {
  const { losses, earlyStopping } = draft.training;
  dropThresholds(draft, name);
  if (losses && Object.hasOwn(losses, name)) draft.training.losses = Object.fromEntries(Object.entries(losses).filter(([target]) => target !== name));
  // Without it, early stopping watches the loss of all.
  if (earlyStopping?.monitor !== undefined && monitored(earlyStopping.monitor) === name) delete earlyStopping.monitor;
}

/** Takes away the thresholds that were chosen for a target. */
function dropThresholds({ training }: Draft, name: string): void {
  const { thresholds } = training;
  if (!thresholds || !Object.hasOwn(thresholds, name)) return;
  const left = Object.entries(thresholds).filter(([target]) => target !== name);
  if (left.length > 0) training.thresholds = Object.fromEntries(left);
  else delete training.thresholds;
}

export function renameInDocument(draft: Draft, from: string, to: string): void {
  const { thresholds } = draft.training;
  if (thresholds && Object.hasOwn(thresholds, from))
    draft.training.thresholds = Object.fromEntries(Object.entries(thresholds).map(([target, threshold]) => [target === from ? to : target, threshold]));
  for (const output of draft.model.outputs) if (output.target === from) output.target = to;
  const { losses, earlyStopping } = draft.training;
  if (losses && Object.hasOwn(losses, from))
    draft.training.losses = Object.fromEntries(Object.entries(losses).map(([target, loss]) => [target === from ? to : target, loss]));
  if (earlyStopping?.monitor !== undefined && monitored(earlyStopping.monitor) === from) {
    const [part = "", , ...metric] = earlyStopping.monitor.split(".");
    earlyStopping.monitor = [part, to, ...metric].join(".");
  }
}

/** The target in `validation.label.accuracy`; undefined in `validation.loss`. */
function monitored(monitor: string): string | undefined {
  const [, target, ...metric] = monitor.split(".");
  return metric.length > 0 ? target : undefined;
}

/**
 * Lets the network's outputs follow the targets: an output whose target is gone answers the next target that has none, so that one target changed for another
 * keeps the network. Where targets are left, outputs for which there is none go. With no target at all they wait for the next.
 */
export function followTargets(draft: Draft): void {
  const { model, data } = draft;
  const names = new Set(data.targets.map(({ name }) => name));
  const unanswered = data.targets.filter(({ name }) => !model.outputs.some(({ target }) => target === name)).map(({ name }) => name);
  for (const output of model.outputs) {
    if (names.has(output.target)) continue;
    const next = unanswered.shift();
    if (next !== undefined) output.target = next;
  }
  if (names.size > 0) model.outputs = model.outputs.filter(({ target }) => names.has(target));
  for (const output of model.outputs) {
    const target = data.targets.find(({ name }) => name === output.target);
    if (target) followWidth(draft, output.from, target);
  }
}

/** The last layer of a target, where it serves nothing else, gives as many numbers as the target needs. */
function followWidth({ model }: Draft, id: string, target: DraftTarget): void {
  const at = model.layers.findIndex((layer) => layer.id === id);
  const layer = model.layers[at];
  if (layer?.type !== "Linear" || !("outFeatures" in layer)) return;
  const next = model.layers[at + 1];
  const isRead =
    model.layers.some(({ from }) => from?.includes(id)) ||
    (next !== undefined && next.from === undefined) ||
    model.outputs.filter(({ from }) => from === id).length > 1;
  if (!isRead) layer["outFeatures"] = outputsOf(target);
}
