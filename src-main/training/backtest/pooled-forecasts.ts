import { defined } from "../../base/assert.js";
import { joinFloats } from "../../base/join-floats.js";
import type { ForecastJudgement, JudgedForecast } from "../judging/forecast/judge-forecast.js";
import type { ForecastSamples } from "../judging/forecast/series.js";

/**
 * The forecasts of all folds as one part, by what the first one learnt from. Of the other folds nothing is kept but their samples: each has the whole series.
 */
export class PooledForecasts {
  #first: ForecastJudgement | undefined;
  /** By target. */
  readonly #tests: ForecastSamples[][] = [];

  add(fold: ForecastJudgement): void {
    this.#first ??= fold;
    fold.targets.forEach(({ test }, i) => {
      if (test) (this.#tests[i] ??= []).push(test);
    });
  }

  judgement(): ForecastJudgement {
    const first = defined(this.#first, "a fold");
    const targets = first.targets.map((target, i): JudgedForecast => {
      const tests = this.#tests[i] ?? [];
      const origins = Uint32Array.from(tests.flatMap((test) => [...test.origins]));
      return { ...target, test: { origins, outputs: joinFloats(tests.map(({ outputs }) => outputs)), truths: joinFloats(tests.map(({ truths }) => truths)) } };
    });
    return { ...first, targets };
  }
}
