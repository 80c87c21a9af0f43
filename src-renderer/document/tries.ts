import type { Advice, WarningEvent } from "../../src-main/contract/events.js";
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

/** What of a warning's advice can be done at once, in this project as it is now. */
export function triesOf({ advice, layer }: Pick<WarningEvent, "advice" | "layer">, draft: Draft): readonly Try[] {
  const activation = draft.model.layers.find(({ id }) => id === layer);
  const advised = (one: Advice) => advice.includes(one);
  const tries: Try[] = [];
  if (advised("lower-rate")) tries.push({ id: "lower-rate", change: (next) => setRate(next, rateOf(next) / 10) });
  if (advised("higher-rate")) tries.push({ id: "higher-rate", change: (next) => setRate(next, rateOf(next) * 10) });
  if (advised("clip") && draft.training.clipGradNorm !== 1) tries.push({ id: "clip", change: (next) => void (next.training.clipGradNorm = 1) });
  if (advised("warm-up") && draft.training.schedule?.type !== "LinearWarmup")
    tries.push({ id: "warm-up", change: (next) => void (next.training.schedule = { type: "LinearWarmup" }) });
  if (advised("replace-saturating") && draft.model.layers.some(({ type }) => type === "Sigmoid" || type === "Tanh")) {
    tries.push({ id: "elu", change: (next) => replace(next, (type) => type === "Sigmoid" || type === "Tanh", "ELU") });
  }
  if (advised("leaky-relu") && activation?.type === "ReLU") tries.push({ id: "leaky-relu", change: (next) => replaceOne(next, activation.id, "LeakyReLU") });
  if (advised("relu") && activation && ["Sigmoid", "Tanh", "ELU"].includes(activation.type))
    tries.push({ id: "relu", change: (next) => replaceOne(next, activation.id, "ReLU") });
  return tries;
}

function replace(draft: Draft, which: (type: string) => boolean, type: string): void {
  draft.model.layers = draft.model.layers.map((layer) => (which(layer.type) ? { id: layer.id, type, ...(layer.from && { from: layer.from }) } : layer));
}

function replaceOne(draft: Draft, id: string, type: string): void {
  draft.model.layers = draft.model.layers.map((layer) => (layer.id === id ? { id, type, ...(layer.from && { from: layer.from }) } : layer));
}
