import { identity } from "../../layers/identity.js";
import type { NetworkPlan, PlannedLayer } from "./network.js";

/** By layer, a name for what it gives: two layers have one name where their values cannot differ. What stands for itself, as an input does, is not in it. */
export function sameValues({ layers }: NetworkPlan): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const known = new Map<string, string>();
  for (const layer of layers) {
    const operands = layer.from.map((name) => names.get(name) ?? name);
    const key = keyOf(layer, operands);
    const [operand] = operands;
    const name = layer.definition === identity && operand !== undefined ? operand : ((key === undefined ? undefined : known.get(key)) ?? layer.id);
    names.set(layer.id, name);
    if (key !== undefined && !known.has(key)) known.set(key, name);
  }
  return names;
}

/** One for layers that compute the same of the same, with the same weights; undefined where chance has a part in it. */
function keyOf({ owner, definition, config }: PlannedLayer, operands: readonly string[]): string | undefined {
  if (definition.group === "Regularisation" || (config as { readonly dropout?: unknown }).dropout) return undefined;
  const weights = definition.parameters || definition.buffers ? owner : "";
  return JSON.stringify([definition.type, weights, config, operands]);
}
