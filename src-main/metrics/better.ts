import { metrics } from "./index.js";

/** What is better when it is less, and is no metric of its own: a loss, and the MAE of a forecast over that of one without a model. */
const LESS: ReadonlySet<string> = new Set(["loss", "mase"]);
/** What is best at 0: too much is as bad as too little. */
const NEARER: ReadonlySet<string> = new Set(["bias"]);

/**
 * Whether less of a value is better. A value that nobody knows is better when it is more, such as a skill.
 * @param name `loss`, or `<target>.<metric>`, which a class or a column may follow; the first word behind the target's that names a metric tells.
 */
export function lowerIsBetter(name: string): boolean {
  const metric = metricIn(name);
  return metric !== undefined && (LESS.has(metric) || (metrics.has(metric) && metrics.get(metric).better === "lower"));
}

/** The best of some values of one name, as `lowerIsBetter` has it; undefined where all are the same, or there is none. */
export function bestOf(name: string, values: readonly number[]): number | undefined {
  if (new Set(values).size < 2) return undefined;
  if (NEARER.has(metricIn(name) ?? "")) return values.reduce((best, value) => (Math.abs(value) < Math.abs(best) ? value : best));
  return lowerIsBetter(name) ? Math.min(...values) : Math.max(...values);
}

function metricIn(name: string): string | undefined {
  const words = name.split(".");
  return words.slice(words.length > 1 ? 1 : 0).find((word) => LESS.has(word) || NEARER.has(word) || metrics.has(word));
}
