import type { StudioContract } from "../contract/procedures.js";
import type { Handlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";

export function evaluationProcedures({ evaluation }: Studio): Handlers<StudioContract>["evaluation"] {
  return {
    report: (run) => evaluation.report(run),
    curves: (asked) => evaluation.curves(asked),
    forecast: (asked, { signal }) => evaluation.forecast(asked, signal),
    rows: (asked, { signal }) => evaluation.rows(asked, signal),
    joint: (asked) => evaluation.joint(asked),
    jointRows: (asked, { signal }) => evaluation.jointRows(asked, signal),
    calibration: (asked) => evaluation.calibration(asked),
    labelErrors: (asked, { signal }) => evaluation.labelErrors(asked, signal),
    tried: (asked) => evaluation.tried(asked),
    decide: async (asked) => {
      await evaluation.decide(asked);
      return {};
    },
    residuals: (asked) => evaluation.residuals(asked),
  };
}
