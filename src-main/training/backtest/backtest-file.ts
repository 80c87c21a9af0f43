/** What a run's folder calls the report of its last backtest. */
export const BACKTEST = "backtest.json";
