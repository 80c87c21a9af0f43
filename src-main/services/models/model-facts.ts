import { stat } from "node:fs/promises";
import { Lru } from "../../base/lru.js";
import type { ModelFacts } from "../../training/models/inference-model.js";
import type { Reader } from "../processes/reader.js";

/** Models whose facts are remembered. */
const MOST = 4;

/** What a model's file says of itself, read once as long as it stays as it is. @throws LatheError `graph.invalid`, `export.format`, `engine.failed` */
export type ModelFactsStore = (model: string) => Promise<ModelFacts>;

export function createModelFacts(reader: Reader): ModelFactsStore {
  const remembered = new Lru<string, { readonly identity: string; readonly facts: ModelFacts }>(MOST);
  return async (model) => {
    const { mtimeMs, size } = await stat(model);
    const identity = `${mtimeMs} ${size}`;
    const known = remembered.get(model);
    if (known?.identity === identity) return known.facts;
    const facts = await reader.ask("facts", { model }, model);
    remembered.set(model, { identity, facts });
    return facts;
  };
}
