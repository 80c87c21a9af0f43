import { type Command, InvalidArgumentError, Option } from "commander";
import { LatheError } from "../../base/errors.js";
import type { ImportReport } from "../../contract/import-report.js";
import { importProject, reportImport } from "../../services/imports/import-project.js";
import { inEngine } from "../../services/jobs/jobs.js";
import { createReader } from "../../services/processes/reader.js";
import { surveyBy } from "../../services/data/survey.js";
import { SURVEYED } from "../../services/studio.js";
import { several } from "../arguments.js";
import { count, plural } from "../format.js";
import { interruptible } from "../interrupt.js";
import { type Output, createOutput } from "../output.js";

interface Options {
  readonly data?: string;
  readonly test?: string;
  readonly target?: readonly string[];
  readonly input?: readonly string[];
  readonly until?: string;
  readonly freeze?: string;
  readonly normalize?: string;
  readonly channels?: "rgb" | "bgr";
  readonly size?: readonly [number, number];
  readonly json?: boolean;
}

/** Nodes that are listed for a person; all are in --json. */
const MOST_LISTED = 40;

export function configureImport(command: Command): void {
  command
    .option("--data <path>", "a table, or a folder with a folder of pictures for each class, to train it on; it stays where it is")
    .option("--test <path>", "a table, or a folder, of its own for the test")
    .option("--target <column>", "what to predict; repeat for several", several)
    .option("--input <column>", "what it reads, in the network's order; repeat for several", several)
    .option("--until <node>", "where the network ends, a node's or a value's name in the file (default: before its own answers)")
    .option("--freeze <what>", "all, none, or a node up to which weights stay as they are (default: none)")
    .option(
      "--normalize <how>",
      "what pictures are to the network: imagenet, 0..1, -1..1, 0..255, or mean,deviation of pixels from 0 to 1, red first (default: 0..1); columns: " +
        "standard, minmax or none (default: standard)",
    )
    .addOption(new Option("--channels <order>", "the order of a picture's channels (default: rgb)").choices(["rgb", "bgr"]))
    .option("--size <pixels>", "height and width of pictures, as in 224 or 240x320, or rows of a window, where the file leaves them open", pixels)
    .action(async (model: string, folder: string | undefined, options: Options) => {
      const { data, until, size, json = false } = options;
      const output = createOutput(json);
      const asked = { model, until, size };
      if (data === undefined) {
        if (folder !== undefined)
          throw new LatheError("usage", `a project needs --data to learn from; without a folder, import only tells what of ${model} can be used`);
        const { report, refused } = await interruptible(output, (setting) => reportImport(asked, (work, emit, parse) => inEngine(work, emit, parse, setting)));
        tell(output, report);
        // The report says itself why nothing of it can be used.
        if (refused !== undefined && report.notes.at(-1) !== refused) output.line(refused);
        return output.event({ event: "report", ...report });
      }
      if (folder === undefined) throw new LatheError("usage", "import got no folder, expected the one to make the project in");
      const reader = createReader({ deadline: SURVEYED });
      const { test, target, input, freeze, normalize, channels } = options;
      const wish = {
        folder,
        data,
        ...(test === undefined ? {} : { test }),
        ...(target ? { targets: target } : {}),
        inputs: input,
        freeze,
        normalize,
        channels,
        ...surveyBy(reader, reader),
      };
      const { report, created } = await interruptible(output, (setting) =>
        importProject(asked, wish, (work, emit, parse) => inEngine(work, emit, parse, setting)),
      ).finally(() => reader.close());
      tell(output, report);
      const { told: _told, ...rest } = created;
      output.line(created.file);
      output.line(`predicts ${created.targets.map(({ name, type }) => `${name} (${type})`).join(", ")} from ${created.inputs.join(", ")}`);
      for (const note of created.notes) output.line(note);
      output.event({ event: "created", ...rest, report });
    });
}

/** What of a file can be used, for a person. */
function tell(output: Output, { nodes, inputs, end, layers, parameters, notes, compared, opset, producer }: ImportReport): void {
  output.line(
    `${plural(nodes.length, "node")} of operator set ${opset}, by ${producer === "" ? "an unknown program" : producer}; reads ` +
      inputs.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", "),
  );
  const shown = nodes.filter(({ state, layers: own }) => state === "unsupported" || own.length > 0);
  const listed = [...shown.filter(({ state }) => state === "unsupported"), ...shown.filter(({ state }) => state !== "unsupported")].slice(0, MOST_LISTED);
  output.table(
    ["node", "operator", "", "layers", "shape"],
    listed.map(({ name, op, state, reason, layers: own, shape }) => [
      name,
      op,
      reason === undefined || state === "frozen" ? state : `${state}: ${reason}`,
      own.join(", "),
      shape ? `[${shape.join(", ")}]` : "",
    ]),
  );
  if (shown.length > listed.length) output.line(`and ${plural(shown.length - listed.length, "more node")}; --json lists all`);
  if (end) output.line(`ends at ${end.value}, ${end.reason}: ${plural(layers, "layer")}, ${count(parameters)} weights, gives [${end.shape.join(", ")}]`);
  for (const { rows, difference } of compared ?? [])
    output.line(`compared with the file on ${plural(rows, "row")}: answers differ by ${difference.toPrecision(2)} of the largest`);
  for (const note of notes) output.line(note);
}

/** @throws InvalidArgumentError */
function pixels(text: string): readonly [number, number] {
  const [, height, width] = /^([1-9]\d{0,3})(?:x([1-9]\d{0,3}))?$/.exec(text) ?? [];
  if (height === undefined) throw new InvalidArgumentError(`got "${text}", expected pixels, as in 224 or 240x320`);
  return [Number(height), Number(width ?? height)];
}
