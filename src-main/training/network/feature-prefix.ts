import { LatheError } from "../../base/errors.js";
import { sizeOf, type TensorType } from "../../onnx/types.js";
import { type NetworkPrefix, prefixUpTo } from "./frozen-prefix.js";
import type { Layout } from "./layout.js";
import type { NetworkPlan, PlannedLayer } from "./network.js";

/** Layers that hand on what they read, once training is over. */
const HANDS_ON: ReadonlySet<string> = new Set(["Dropout", "Dropout2d", "Identity"]);

export interface FeaturePrefix extends NetworkPrefix {
  /** The layer that reads the features, by its id. */
  readonly head: string;
}

/**
 * A network as far as its features of a target: what its head reads, which is the last layer with weights in front of the target's answer, for most networks a
 * Linear. What a head tells apart by a straight line lies apart in them. Flattened, they are a row of numbers for each sample.
 * @param inputs encoded, by name with their types
 * @throws LatheError `usage` for a target that is not there, and for a network whose only layer with weights reads the inputs themselves
 */
export function featurePrefix(
  plan: NetworkPlan,
  { types, parameters, frozen }: Pick<Layout, "types" | "parameters" | "frozen">,
  inputs: ReadonlyMap<string, TensorType>,
  target: string,
): FeaturePrefix {
  const layers = new Map(plan.layers.map((layer) => [layer.id, layer]));
  const holding = new Set([...parameters, ...frozen].map(({ owner }) => owner));
  const output = plan.outputs.find((one) => one.target === target);
  if (!output) throw new LatheError("usage", `the network has no target "${target}"; it has ${plan.outputs.map((one) => one.target).join(", ")}`, { target });
  let head = layers.get(output.from);
  for (let next = head; next && !holding.has(next.owner) && next.from.length === 1;) head = next = layers.get(next.from[0] ?? "");
  const ids = (head?.from ?? []).flatMap((name) => {
    let layer: PlannedLayer | undefined = layers.get(name);
    for (let before = layer; before && HANDS_ON.has(before.definition.type);) {
      before = layers.get(before.from[0] ?? "");
      if (before) layer = before;
    }
    return layer && sizeOf((types.get(layer.id)?.shape ?? ["N"]).slice(1)) > 0 ? [layer.id] : [];
  });
  if (ids.length === 0)
    throw new LatheError(
      "usage",
      `the network has no features: its last layer with weights reads the inputs themselves, so that there is nothing that it made of them`,
      { target },
    );
  return { ...prefixUpTo(plan, [...new Set(ids)], types, inputs), head: head?.id ?? "" };
}
