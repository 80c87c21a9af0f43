import { LatheError } from "../../base/errors.js";
import type { KnownValues } from "../../contract/forecast-result.js";
import type { FutureTable } from "../../datasets/index.js";
import type { FittedData } from "../../features/fitted.js";
import { kindOf } from "../../features/index.js";
import type { Origin } from "./origins.js";
import type { ForecastPlan } from "./plan-forecast.js";

/**
 * Puts other values of columns that are known in advance behind the origins: what if.
 * @throws LatheError `usage` for a column that is not such, or an id that there is not
 */
export function imagine(
  wanted: readonly KnownValues[],
  { inputs }: FittedData,
  { needed }: Pick<ForecastPlan, "needed">,
  { table, series }: FutureTable,
  origins: readonly Origin[],
): void {
  const numbers = new Set(inputs.flatMap((input) => (kindOf(input).cells === "number" ? kindOf(input).columnsOf(input) : [])));
  for (const { column, id, values } of wanted) {
    if (!series.known.includes(column) || !numbers.has(column))
      throw new LatheError(
        "usage",
        `"${column}" is no column of numbers that the model reads in advance; it reads ${[...needed.keys()].join(", ") || "none"}`,
        { column },
      );
    const some = origins.filter((origin) => id === undefined || origin.id === id);
    if (some.length === 0) throw new LatheError("usage", `there is no series "${id}" with a forecast`, { id });
    for (const { row, end } of some)
      values.forEach((value, step) => {
        if (row + 1 + step <= end) table.put(column, row + 1 + step, value ?? NaN);
      });
  }
}
