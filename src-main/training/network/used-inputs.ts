import type { FittedData } from "../../features/fitted.js";
import { windowsOf } from "../../features/index.js";
import type { NetworkPlan } from "./network.js";

/** Inputs from which a way leads to an output, and those of them and of others that some layer reads. */
interface InputUse {
  readonly used: ReadonlySet<string>;
  readonly read: ReadonlySet<string>;
}

/** What a network does with its inputs: one that no layer reads, or only layers that lead to no output, is not used. */
export function useOfInputs({ layers, outputs }: NetworkPlan): InputUse {
  const used = new Set(outputs.map(({ from }) => from));
  for (const { id, from } of layers.toReversed()) if (used.has(id)) for (const name of from) used.add(name);
  return { used, read: new Set(layers.flatMap(({ from }) => from)) };
}

/** The network without layers that lead to no output. */
export function usedLayers(plan: NetworkPlan): NetworkPlan {
  const { used } = useOfInputs(plan);
  return { ...plan, layers: plan.layers.filter(({ id }) => used.has(id)) };
}

/**
 * What was learnt of the inputs that the network uses: what a file of it is fed and says of itself. Others are left out, so that nobody is asked for a column
 * without effect. A series is told by its windows: where none of them is used, all inputs stay.
 */
export function usedData(plan: NetworkPlan, fitted: FittedData): FittedData {
  const { used } = useOfInputs(plan);
  const inputs = fitted.inputs.filter(({ name }) => used.has(name));
  const stays = inputs.length === fitted.inputs.length || inputs.length === 0 || (fitted.series !== undefined && windowsOf(inputs).length === 0);
  return stays ? fitted : { ...fitted, inputs };
}
