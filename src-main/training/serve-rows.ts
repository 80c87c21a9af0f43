import { LatheError, toLatheError } from "../base/errors.js";
import type { EngineReply, RowAnswer, RowValues, ServeModelRequest } from "../contract/engine-messages.js";
import { readValues } from "../datasets/index.js";
import { answerColumns } from "./answers.js";
import { outputName } from "./inference-model.js";
import { type ServedModel, serveModel } from "./served-model.js";
import type { WorkSetting } from "./setting.js";
import { floats } from "./trainer.js";

/** Questions to a served model, from before it is ready. One is answered after the other. */
export class Questions {
  readonly #reply: (reply: EngineReply) => void;
  #serve: (answer: (values: RowValues) => Promise<RowAnswer>) => void = () => undefined;
  readonly #ready = new Promise<(values: RowValues) => Promise<RowAnswer>>((resolve) => (this.#serve = resolve));
  #last: Promise<void> = Promise.resolve();

  constructor(reply: (reply: EngineReply) => void) {
    this.#reply = reply;
  }

  ask(id: number, values: RowValues): void {
    this.#last = this.#last.then(async () => {
      const answer = await this.#ready;
      try {
        this.#reply({ type: "answer", id, answer: await answer(values) });
      } catch (thrown) {
        this.#reply({ type: "refusal", id, error: toLatheError(thrown).toRecord() });
      }
    });
  }

  serve(answer: (values: RowValues) => Promise<RowAnswer>): void {
    this.#serve(answer);
  }
}

/** Opens an exported file and answers questions about single rows until it is cancelled. @throws LatheError as `serveModel` */
export async function serveRows(request: ServeModelRequest, { control }: WorkSetting, questions: Questions): Promise<Readonly<Record<string, never>>> {
  const model = await serveModel(request.model, request.device ?? "cpu");
  try {
    questions.serve((values) => answerRow(model, values));
    const { preparation: end } = control;
    if (!end.aborted) await new Promise<void>((resolve) => end.addEventListener("abort", () => resolve(), { once: true }));
    return {};
  } finally {
    await model.close();
  }
}

async function answerRow({ facts: { fitted, thresholds }, session, workFolder }: ServedModel, values: RowValues): Promise<RowAnswer> {
  const reader = await readValues({ fitted, values, workFolder });
  for await (const batch of reader) {
    const result = await session.run(batch.inputs);
    return {
      targets: Object.fromEntries(fitted.targets.map((target) => [target.name, answerColumns(target, thresholds[target.name]).cells(floats(result, outputName(target.name, fitted)))])),
      numbers: Object.fromEntries(fitted.inputs.flatMap((input) => {
        if (input.type !== "numeric") return [];
        const row = floats(batch.inputs, input.name);
        return input.columns.map((column, k) => [column, Number.isNaN(row[k]) ? null : row[k] ?? null]);
      })),
      unknown: reader.unknown.map(({ column }) => column),
    };
  }
  const [skipped] = reader.skipped;
  throw new LatheError("data.value", `${skipped?.column ?? "a value"} is missing: the model was trained without such rows and has no answer for them; fill it in`, { column: skipped?.column });
}
