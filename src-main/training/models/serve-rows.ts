import { LatheError, toLatheError } from "../../base/errors.js";
import type { EngineReply, ModelAnswer, ModelQuestion, RowAnswer, RowValues, ServeModelRequest } from "../../contract/engine-messages.js";
import { type RawBatch, type TableReader, readValues } from "../../datasets/index.js";
import { kindOf } from "../../features/index.js";
import { answerColumns } from "./answers.js";
import { outputName } from "./inference-model.js";
import { PictureInsight } from "./picture-insight.js";
import { type ServedModel, serveModel } from "./served-model.js";
import type { WorkSetting } from "../process/setting.js";
import { floats } from "../trainer.js";

type Answerer = (question: ModelQuestion) => Promise<ModelAnswer>;

/** Questions to a served model, from before it is ready. One is answered after the other. */
export class Questions {
  readonly #reply: (reply: EngineReply) => void;
  #serve: (answer: Answerer) => void = () => undefined;
  readonly #ready = new Promise<Answerer>((resolve) => (this.#serve = resolve));
  #last: Promise<void> = Promise.resolve();

  constructor(reply: (reply: EngineReply) => void) {
    this.#reply = reply;
  }

  ask(id: number, question: ModelQuestion): void {
    this.#last = this.#last.then(async () => {
      const answer = await this.#ready;
      try {
        this.#reply({ type: "answer", id, answer: await answer(question) });
      } catch (thrown) {
        this.#reply({ type: "refusal", id, error: toLatheError(thrown).toRecord() });
      }
    });
  }

  serve(answer: Answerer): void {
    this.#serve(answer);
  }
}

/** Opens an exported file and answers questions about single rows, and about itself, until it is cancelled. @throws LatheError as `serveModel` */
export async function serveRows(request: ServeModelRequest, { control }: WorkSetting, questions: Questions): Promise<Readonly<Record<string, never>>> {
  const model = await serveModel(request.model, request.device ?? "cpu");
  let insight: PictureInsight | undefined;
  const look = () => (insight ??= new PictureInsight({ graph: model.graph(), facts: model.facts, compile: (graph) => model.compile(graph) }));
  try {
    questions.serve((question) => answerQuestion(model, look, question));
    const { preparation: end } = control;
    if (!end.aborted) await new Promise<void>((resolve) => end.addEventListener("abort", () => resolve(), { once: true }));
    return {};
  } finally {
    await insight?.dispose();
    await model.close();
  }
}

async function answerQuestion(model: ServedModel, look: () => PictureInsight, question: ModelQuestion): Promise<ModelAnswer> {
  switch (question.kind) {
    case "answer":
      return withRow(model, question.values, (batch, reader) => answerRow(model, batch, reader));
    case "layers":
      return look().layers();
    case "filters":
      return look().filters(question.layer);
    case "features":
      return withRow(model, question.values, ({ inputs }) => look().features(inputs, question.head));
    case "saliency":
      return withRow(model, question.values, ({ inputs }) => look().saliency(inputs, question));
    case "featureMaps":
      return withRow(model, question.values, ({ inputs }) => look().featureMaps(inputs, question));
  }
}

async function answerRow({ facts: { fitted, thresholds }, session }: ServedModel, batch: RawBatch, reader: TableReader): Promise<RowAnswer> {
  const result = await session.run(batch.inputs);
  return {
    targets: Object.fromEntries(
      fitted.targets.map((target) => [target.name, answerColumns(target, thresholds[target.name]).cells(floats(result, outputName(target.name, fitted)))]),
    ),
    numbers: Object.fromEntries(
      fitted.inputs.flatMap((input) => {
        const kind = kindOf(input);
        if (kind.cells !== "number") return [];
        const row = floats(batch.inputs, input.name);
        return kind.columnsOf(input).map((column, k) => [column, Number.isNaN(row[k]) ? null : (row[k] ?? null)]);
      }),
    ),
    unknown: reader.unknown.map(({ column }) => column),
  };
}

/** The values of one row as the model takes them. @throws LatheError `data.value` where the model has no answer for such a row */
async function withRow<T>(
  { facts: { fitted }, workFolder }: ServedModel,
  values: RowValues,
  use: (batch: RawBatch, reader: TableReader) => Promise<T>,
): Promise<T> {
  const reader = await readValues({ fitted, values, workFolder });
  for await (const batch of reader) return use(batch, reader);
  const [skipped] = reader.skipped;
  throw new LatheError(
    "data.value",
    `${skipped?.column ?? "a value"} is missing: the model was trained without such rows and has no answer for them; fill it in`,
    { column: skipped?.column },
  );
}
