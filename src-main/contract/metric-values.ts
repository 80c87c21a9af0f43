import { z } from "zod";

/** Metric values by name, `<target>.<metric>` or `loss`; a value that does not exist (AUROC of one class) is null. */
export const metricValues = z.record(z.string(), z.number().nullable());
export type MetricValues = z.infer<typeof metricValues>;
