import { weightedMean } from "./averages.js";
import type { CategoryView, MetricDefinition, RawValues } from "./metric.js";
import { rankClass } from "./ranking.js";

/** The ranked metrics of each class against the rest, averaged over the classes that have one; one class at a time, so that only one ranking is in memory. */
export function oneVsRest(view: CategoryView, metrics: readonly MetricDefinition[]): ReadonlyMap<string, RawValues> {
  const found = new Map<string, { readonly value: number; readonly support: number }[]>();
  view.classes.forEach((_, k) => {
    const ranking = rankClass(view.probabilities, view.targets, k, view.classes.length);
    for (const { type, ranked } of metrics) {
      const value = ranked?.(ranking);
      if (value !== undefined) found.set(type, [...(found.get(type) ?? []), { value, support: ranking.positives }]);
    }
  });
  return new Map(
    metrics
      .filter((m) => m.ranked)
      .map(({ type }) => {
        const each = found.get(type) ?? [];
        const values = each.map((f) => f.value);
        return [
          type,
          {
            [type]: weightedMean(
              values,
              values.map(() => 1),
            ),
            [`${type}.weighted`]: weightedMean(
              values,
              each.map((f) => f.support),
            ),
          },
        ];
      }),
  );
}
