import type { Mend, NetworkFault } from "../../contract/model-views.js";
import type { TargetNumbers } from "../../features/kind.js";
import type { AskedTarget } from "./asked-target.js";
import type { PlannedLayer } from "./network.js";

/**
 * Why a last layer cannot give the numbers that a target has: an error where even their mean is beyond it, a warning where some are, or where they are shares
 * that cannot but sum to 1.
 */
export function limitedNumbers(layer: PlannedLayer, target: AskedTarget): NetworkFault | undefined {
  const trait = layer.definition.values?.(layer.config);
  if (!trait) return undefined;
  const [least, most] = trait.range;
  // Into 0 to 1 the target can be brought, and the exported model brings it back.
  const fits = least <= 0 && most >= 1 && trait.sum === undefined;
  const remove: Mend = { do: "remove", layer: layer.id };
  const mends: readonly Mend[] = fits ? [remove, { do: "normalize", target: target.name, normalize: "minmax" }] : [remove];
  const tell = (severity: NetworkFault["severity"], seen: string): NetworkFault => ({
    severity,
    code: "limited",
    layer: layer.id,
    mends,
    message:
      `layer ${layer.id} (${layer.definition.type}) gives ${range(trait.range)}, ${seen}; ` +
      `remove it${fits ? `, or set the target's normalize to "minmax"` : ""}`,
  });
  const below = ({ min }: TargetNumbers) => min !== undefined && min < least;
  const above = ({ max }: TargetNumbers) => max !== undefined && max > most;
  const far = target.numbers?.find((n) => {
    if (n.mean === undefined) return (n.max !== undefined && n.max < least) || (n.min !== undefined && n.min > most);
    // A mean at the very edge is that of values beyond, unless they all lie there.
    return (n.mean <= least && (n.min === undefined || below(n))) || (n.mean >= most && (n.max === undefined || above(n)));
  });
  if (far) return tell("error", `and the mean of "${far.column}" as it is trained on${figures(far)} lies beyond: most of it can never be met`);
  const some = target.numbers?.find((n) => below(n) || above(n));
  if (some) return tell("warning", `and "${some.column}" as it is trained on${figures(some)} goes beyond: that can never be met`);
  return trait.sum === undefined ? undefined : tell("warning", `shares that sum to ${trait.sum} in every row, whatever the target holds`);
}

function figures({ min, mean, max }: TargetNumbers): string {
  const figure = (value: number) => String(Number(value.toPrecision(3)));
  const parts = [min !== undefined && max !== undefined && `${figure(min)} to ${figure(max)}`, mean !== undefined && `mean ${figure(mean)}`].filter(Boolean);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** `0 to 1`, `0 and above` */
export function range([least, most]: readonly [number, number]): string {
  if (most === Infinity) return `${least} and above`;
  return least === -Infinity ? `${most} and below` : `${least} to ${most}`;
}
