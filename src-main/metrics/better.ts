import { metrics } from "./index.js";

/** What is better when it is less, and is no metric of its own: a loss, and the MAE of a forecast over that of one without a model. */
const LESS: ReadonlySet<string> = new Set(["loss", "mase"]);

/**
 * Whether less of a value is better. A value that nobody knows is better when it is more, such as a skill.
 * @param name `loss`, or `<target>.<metric>`, which a class or a column may follow; the first word behind the target's that names a metric tells.
 */
export function lowerIsBetter(name: string): boolean {
  const words = name.split(".");
  const metric = words.slice(words.length > 1 ? 1 : 0).find((word) => LESS.has(word) || metrics.has(word));
  return metric !== undefined && (LESS.has(metric) || metrics.get(metric).better === "lower");
}
