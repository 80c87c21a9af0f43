import { resolve } from "node:path";
import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import { joinFloats } from "../../base/join-floats.js";
import type { EvaluateRequest } from "../../contract/engine-messages.js";
import type { EvaluationResult } from "../../contract/results.js";
import { type RawBatch, countSkipped, readTable } from "../../datasets/index.js";
import type { FittedTarget } from "../../features/fitted.js";
import { targetWidth } from "../../features/index.js";
import type { Tensors } from "../../engines/engine.js";
import type { Threshold } from "../../features/kind.js";
import { type JudgedAnswers, jointMetrics } from "../judging/joint-metrics.js";
import { toldThreshold, tuned } from "../judging/thresholds.js";
import { type JudgedTarget, countGaps, judge } from "../judging/judge.js";
import { outputName } from "./inference-model.js";
import type { WorkSetting } from "../process/setting.js";
import { badPictures, emptyPictures, shownBad, unreadableOf } from "./tell-pictures.js";
import { faultsOfModel } from "./tell-faults.js";
import { namedOf, nothingToJudge, strangersOf } from "./tell-strangers.js";
import { serveModel } from "./served-model.js";
import { floats } from "../trainer.js";
import { judgedTarget } from "../workbench.js";
import { namedForecastMetrics } from "../judging/forecast/judge-forecast.js";
import { forecastOfTable, tellJudgement } from "../judging/forecast/run-forecast.js";
import type { ForecastSamples } from "../judging/forecast/series.js";

/** Judges an exported file on any table that has its columns and the answers. @throws LatheError of the file, the table, the engine. */
export async function evaluateModel(request: EvaluateRequest, { emit }: WorkSetting): Promise<EvaluationResult> {
  const model = await serveModel(request.model, request.device ?? "auto");
  try {
    const { fitted, thresholds } = model.facts;
    const table = await readTable({ fitted, folder: process.cwd(), path: resolve(request.data), workFolder: model.workFolder, targets: "required" });
    for (const message of [...faultsOfModel(request.model), ...table.warnings]) emit({ event: "log", level: "warning", message });
    const answers = fitted.targets.map((target) => new Answers(target, inOwnUnit(judgedTarget(target, thresholds[target.name] ?? 0.5))));
    let samples = 0;
    for await (const batch of table) {
      const result = await model.session.run(batch.inputs);
      for (const target of answers) target.add(batch, floats(result, outputName(target.fitted.name, fitted)));
      samples += batch.size;
      emit({ event: "stage", stage: "judging", done: samples });
    }
    for (const message of [
      ...badPictures(table),
      ...emptyPictures({ path: table.path, blank: table.blank.length, example: table.blank.find(({ path }) => path !== "") }),
    ])
      emit({ event: "log", level: "warning", message });
    if (samples === 0 && table.bad.length > 0)
      throw new LatheError("data.unreadable", `none of the pictures of ${table.path} can be read: ${shownBad(table.bad[0])}`, {
        path: table.path,
        ...unreadableOf(table),
      });
    if (samples === 0) throw nothingToJudge(table);
    const forecast = table.series && forecastOfTable(fitted, table.series, answers);
    for (const { level, message } of forecast ? tellJudgement(forecast) : []) emit({ event: "log", level, message });
    const compared = forecast ? namedForecastMetrics(forecast, "test") : {};
    const missing = Object.fromEntries(answers.map((a) => [a.fitted.name, a.missing(samples)] as const).filter(([, gaps]) => gaps > 0));
    return {
      event: "evaluation",
      samples,
      skipped: countSkipped(table.skipped),
      ...(Object.keys(missing).length > 0 ? { missing } : {}),
      ...(table.unknownClasses.length > 0 ? { unknownClasses: namedOf(table.unknownClasses) } : {}),
      ...strangersOf(table),
      ...unreadableOf(table),
      ...(table.blank.length > 0 ? { blank: table.blank.length } : {}),
      metrics: {
        ...(Object.assign({}, ...answers.map((a) => a.metrics())) as EvaluationResult["metrics"]),
        ...jointMetrics(
          answers.map((a) => a.answers()),
          samples,
        ),
        ...compared,
      },
      confusion: Object.assign({}, ...answers.map((a) => a.confusion())) as EvaluationResult["confusion"],
      ...labelsOf(answers),
      ...(request.tune === true ? { best: Object.assign({}, ...answers.map((a) => a.best())) as Record<string, Threshold> } : {}),
    };
  } finally {
    await model.close();
  }
}

/** How each label was told, of targets that have some. */
function labelsOf(answers: readonly Answers[]): Pick<EvaluationResult, "labels"> {
  const labels = Object.assign({}, ...answers.map((a) => a.labels())) as NonNullable<EvaluationResult["labels"]>;
  return Object.keys(labels).length > 0 ? { labels } : {};
}

/** The exported file has undone the scaling already. */
function inOwnUnit(target: JudgedTarget): JudgedTarget {
  return target.kind === "numeric" ? { kind: "numeric", columns: target.columns, forecast: target.forecast === true } : target;
}

/** A target's predictions and truth, gathered over batches of unknown number. */
class Answers {
  readonly #origins: Uint32Array[] = [];
  readonly #outputs: Float32Array[] = [];
  readonly #truth: Float32Array[] = [];
  #answers: (JudgedAnswers & { readonly truths: Float32Array }) | undefined;
  #judgement: ReturnType<typeof judge> | undefined;

  constructor(
    readonly fitted: FittedTarget,
    readonly judged: JudgedTarget,
  ) {}

  add(batch: RawBatch, outputs: Float32Array): void {
    this.#origins.push(batch.rows);
    this.#outputs.push(outputs);
    this.#truth.push(numbers(batch.targets, this.fitted.name, batch.size * targetWidth(this.fitted)));
  }

  /** As forecasts, each by the number of its sample's own row. */
  forecast(): ForecastSamples {
    const { outputs, truths } = this.answers();
    return { origins: Uint32Array.from(this.#origins.flatMap((rows) => [...rows])), outputs, truths };
  }

  answers(): JudgedAnswers & { readonly truths: Float32Array } {
    return (this.#answers ??= { target: this.judged, outputs: joinFloats(this.#outputs), truths: joinFloats(this.#truth) });
  }

  /** Samples that lack it, or one of its columns or labels. */
  missing(samples: number): number {
    return countGaps(this.judged, this.answers().truths, samples);
  }

  metrics(): Readonly<Record<string, number | null>> {
    return Object.fromEntries(Object.entries(this.#judge().values).map(([name, value]) => [`${this.fitted.name}.${name}`, value]));
  }

  labels(): NonNullable<EvaluationResult["labels"]> {
    const { labels } = this.#judge();
    return labels ? { [this.fitted.name]: labels } : {};
  }

  /** The threshold at which F1 is best, of a target that has one. */
  best(): Readonly<Record<string, Threshold>> {
    const told = toldThreshold(tuned(this.judged, this.answers()));
    return told === undefined ? {} : { [this.fitted.name]: told };
  }

  confusion(): EvaluationResult["confusion"] {
    const { matrix } = this.#judge();
    return matrix ? { [this.fitted.name]: matrix } : {};
  }

  #judge(): ReturnType<typeof judge> {
    const { outputs, truths } = this.answers();
    return (this.#judgement ??= judge(this.judged, outputs, truths));
  }
}

function numbers(tensors: Tensors, name: string, size: number): Float32Array {
  const data = defined(tensors[name], `truth of ${name}`).data;
  return Float32Array.from({ length: size }, (_, i) => Number(data[i]));
}
