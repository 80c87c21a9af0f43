import type { StudioContract } from "../contract/procedures.js";
import type { Handlers, StreamHandlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";
import { heardStream } from "./data.js";

export function forecastProcedures({ forecasts }: Studio): Handlers<StudioContract>["forecasts"] {
  return { backtest: (run) => forecasts.kept(run) };
}

export function forecastStream({ forecasts }: Studio): StreamHandlers<StudioContract>["forecast"] {
  return ({ history, series, ids, steps, levels, known, ...asked }, sink) => {
    const optional = {
      ...(steps === undefined ? {} : { steps }),
      ...(levels === undefined ? {} : { levels }),
      ...(known === undefined ? {} : { known: known.map(({ id, ...values }) => ({ ...values, ...(id === undefined ? {} : { id }) })) }),
    };
    const draw = { history, series, ...(ids === undefined ? {} : { ids }) };
    return heardStream(sink, (hear, signal) => forecasts.forecast({ ...asked, ...optional, draw }, hear, signal));
  };
}

export function backtestStream({ forecasts }: Studio): StreamHandlers<StudioContract>["backtest"] {
  return (asked, sink) => heardStream(sink, (hear, signal) => forecasts.backtest(asked, hear, signal));
}
