import type { Draft } from "./draft.js";

/** Something a warning advises that can be done for the user: one change of the project, to be undone like any other. */
export interface Try {
  readonly id: "lower-rate" | "higher-rate" | "clip" | "warm-up" | "elu" | "leaky-relu" | "relu";
  /** What it changes, as the undo list calls it. */
  readonly change: (draft: Draft) => void;
}

const defaultRates: Readonly<Record<string, number>> = { SGD: 0.01, RMSprop: 0.01, Adagrad: 0.01 };

/** The learning rate that a run would use. */
export function rateOf(draft: Draft): number {
  const { lr, type } = draft.training.optimizer ?? { type: "Adam" };
  return typeof lr === "number" ? lr : (defaultRates[type] ?? 0.001);
}

export function setRate(draft: Draft, rate: number): void {
  draft.training.optimizer = { ...(draft.training.optimizer ?? { type: "Adam" }), lr: Number(rate.toPrecision(6)) };
}

/**
 * What of a warning's own advice can be done at once. The sentence is read for it, because it is all that a log keeps of a warning.
 * @param layer the layer it is about.
 */
export function triesOf(message: string, layer: string | undefined, draft: Draft): readonly Try[] {
  const advice = /\bTry\b(.*)$/s.exec(message)?.[1] ?? "";
  const says = (pattern: RegExp) => pattern.test(advice);
  const at = layer ?? draft.model.layers.find(({ id }) => message.includes(id))?.id;
  const activation = draft.model.layers.find(({ id }) => id === at);
  const tries: Try[] = [];
  if (says(/smaller learning rate|learning rate ten times smaller/)) tries.push({ id: "lower-rate", change: (next) => setRate(next, rateOf(next) / 10) });
  if (says(/larger learning rate/)) tries.push({ id: "higher-rate", change: (next) => setRate(next, rateOf(next) * 10) });
  if (says(/clipGradNorm: 1/) && draft.training.clipGradNorm !== 1) tries.push({ id: "clip", change: (next) => void (next.training.clipGradNorm = 1) });
  if (says(/warm-up/) && draft.training.schedule?.type !== "LinearWarmup") tries.push({ id: "warm-up", change: (next) => void (next.training.schedule = { type: "LinearWarmup" }) });
  if (says(/ReLU or ELU in place of Sigmoid or Tanh/) && draft.model.layers.some(({ type }) => type === "Sigmoid" || type === "Tanh")) {
    tries.push({ id: "elu", change: (next) => replace(next, (type) => type === "Sigmoid" || type === "Tanh", "ELU") });
  }
  if (says(/LeakyReLU/) && activation?.type === "ReLU") tries.push({ id: "leaky-relu", change: (next) => replaceOne(next, activation.id, "LeakyReLU") });
  if (says(/or ReLU\b/) && activation && ["Sigmoid", "Tanh", "ELU"].includes(activation.type)) tries.push({ id: "relu", change: (next) => replaceOne(next, activation.id, "ReLU") });
  return tries;
}

function replace(draft: Draft, which: (type: string) => boolean, type: string): void {
  draft.model.layers = draft.model.layers.map((layer) => (which(layer.type) ? { id: layer.id, type, ...(layer.from && { from: layer.from }) } : layer));
}

function replaceOne(draft: Draft, id: string, type: string): void {
  draft.model.layers = draft.model.layers.map((layer) => (layer.id === id ? { id, type, ...(layer.from && { from: layer.from }) } : layer));
}
