import type { EpochEvent, LayerDiagnosis } from "../../src-main/contract/events.js";

export type Part = "train" | "validation";
export type LayerQuantity = Exclude<keyof LayerDiagnosis, "frozen">;

/** The epochs of a run as columns that grow with it: a chart reads thousands of them without building an object for each. */
export interface EpochColumns {
  /** Takes up what is new; starts anew where the past is another, or thinner. */
  update(epochs: readonly EpochEvent[]): void;
  readonly epoch: readonly number[];
  /** NaN where an epoch has no such value. */
  metric(part: Part, name: string): readonly number[];
  layer(quantity: LayerQuantity, layer: string): readonly number[];
  rate(): readonly number[];
  seconds(): readonly number[];
  /** Metrics and layers that there are, in the order of the newest epoch. */
  metrics(): readonly string[];
  layers(quantity: LayerQuantity): readonly string[];
  /** Layers whose weights are not trained. */
  frozen(): readonly string[];
}

interface Column {
  readonly values: number[];
  readonly get: (epoch: EpochEvent) => number | null | undefined;
}

export function createEpochColumns(): EpochColumns {
  let known: readonly EpochEvent[] = [];
  const columns = new Map<string, Column>();
  const epoch: number[] = [];

  function fill({ values, get }: Column): void {
    for (let i = values.length; i < known.length; i++) {
      const event = known[i];
      values.push(event ? (get(event) ?? Number.NaN) : Number.NaN);
    }
  }

  function column(key: string, get: Column["get"]): readonly number[] {
    let found = columns.get(key);
    if (!found) columns.set(key, (found = { values: [], get }));
    fill(found);
    return found.values;
  }

  return {
    epoch,
    update(epochs) {
      const same = epochs.length >= known.length && epochs[known.length - 1] === known.at(-1) && epochs[0] === known[0];
      if (!same) {
        columns.clear();
        epoch.length = 0;
      }
      known = epochs;
      for (let i = epoch.length; i < epochs.length; i++) epoch.push(epochs[i]?.epoch ?? i + 1);
    },
    metric: (part, name) => column(`${part} ${name}`, (event) => event[part][name]),
    layer: (quantity, layer) => column(`layer ${quantity} ${layer}`, (event) => event.layers[layer]?.[quantity]),
    rate: () => column("rate", ({ learningRate }) => learningRate),
    seconds: () => column("seconds", ({ seconds }) => seconds),
    metrics() {
      const last = known.at(-1);
      return last ? [...new Set([...Object.keys(last.validation), ...Object.keys(last.train)])] : [];
    },
    layers: (quantity) =>
      Object.entries(known.at(-1)?.layers ?? {})
        .filter(([, values]) => values[quantity] !== undefined)
        .map(([layer]) => layer),
    frozen: () => Object.entries(known.at(-1)?.layers ?? {}).flatMap(([layer, { frozen }]) => (frozen === true ? [layer] : [])),
  };
}
