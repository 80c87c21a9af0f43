import { statSync } from "node:fs";
import type { ModelFacts } from "../training/inference-model.js";
import { factsOf } from "../training/served-model.js";
import { readOwnFileSync } from "../base/own-files.js";

/** Models whose facts are remembered. */
const MOST = 4;

/** What a model's file says of itself, read once as long as it stays as it is. @throws LatheError `graph.invalid`, `export.format` */
export type ModelFactsStore = (model: string) => ModelFacts;

export function createModelFacts(): ModelFactsStore {
  const remembered = new Map<string, { readonly identity: string; readonly facts: ModelFacts }>();
  return (model) => {
    const { mtimeMs, size } = statSync(model);
    const identity = `${mtimeMs} ${size}`;
    const known = remembered.get(model);
    if (known?.identity === identity) return known.facts;
    const facts = factsOf(readOwnFileSync(model), model);
    remembered.delete(model);
    remembered.set(model, { identity, facts });
    for (const oldest of [...remembered.keys()].slice(0, Math.max(0, remembered.size - MOST))) remembered.delete(oldest);
    return facts;
  };
}
