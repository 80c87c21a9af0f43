import { rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LatheError, toLatheError } from "../../base/errors.js";
import { makeFolders } from "../../base/make-folders.js";
import { inside } from "../../base/own-files.js";
import { replaceFileSync } from "../../base/replace-file.js";
import { storageError } from "../../base/storage-error.js";
import type { ImportAnswer, ImportReport, NetworkOutlook, NetworkQuestion, NetworkReads, NetworkUse } from "../../contract/import-report.js";
import { channelsLast } from "../../importers/picture-axes.js";
import { IMPORTED } from "../../pretrained/index.js";
import { type EngineRunner } from "../jobs/jobs.js";
import { type CreateOptions, type CreatedProject, createProject } from "../projects/create-project.js";
import { importTemplate, readsOf } from "./head.js";
import { type Meaning, scaleFrom, scalingFrom } from "./meaning.js";

export interface ProjectWish extends Omit<CreateOptions, "template" | "own">, NetworkUse {}

/** What is told where nobody has said what the network's input means. */
const UNSAID = {
  pictures: "pixels are 0 to 1, red first, as nothing was said; the network was probably trained with --normalize imagenet, or another of its ways",
  columns:
    "columns are brought to mean 0 and deviation 1, as nothing was said; if the network was trained on their own numbers, import it with --normalize none",
} as const;

/** Differences between the file and its layers that are rounding. */
const TOLERANCE = 1e-4;

/** What of a file can be used, and as what. Nothing is written. @throws LatheError `data.missing`, `graph.*`, `usage` */
export async function reportImport(asked: NetworkQuestion, work: EngineRunner): Promise<NetworkOutlook> {
  const answer = await askFor(asked, undefined, work);
  const picture = pictureOf(answer.report);
  try {
    return { report: answer.report, ...picture, reads: usable(answer).reads };
  } catch (thrown) {
    return { report: answer.report, ...picture, refused: toLatheError(thrown).message };
  }
}

/** What an input of four axes says of its pictures. */
function pictureOf({ inputs: [input] }: ImportReport): Pick<NetworkOutlook, "picture"> {
  if (input?.shape.length !== 4) return {};
  const last = channelsLast(input.shape);
  const [height, width] = last ? input.shape.slice(1) : input.shape.slice(2);
  const channels = last ? input.shape[3] : input.shape[1];
  return {
    picture: {
      ...(typeof channels === "number" ? { channels } : {}),
      ...(typeof height === "number" && typeof width === "number" ? { size: [height, width] } : {}),
    },
  };
}

/**
 * A project of a file's network: its layers with the weights that they have there, cut before its own answers, with a head for the project's. It trains as any
 * other.
 * @throws LatheError as `reportImport`, as `createProject`, and `export.parity` where the layers answer other than the file
 */
export async function importProject(
  asked: NetworkQuestion,
  { freeze, normalize, channels = "rgb", ...wish }: ProjectWish,
  work: EngineRunner,
): Promise<{ readonly report: ImportReport; readonly created: CreatedProject }> {
  const named = freeze === undefined || freeze === "all" || freeze === "none" ? undefined : freeze;
  const answer = await askFor(asked, named, work);
  const { report } = answer;
  const { network, reads } = usable(answer);
  const isPicture = reads === "pictures";
  if (!isPicture && channels === "bgr")
    throw new LatheError("usage", `the order of channels is of pictures; the network reads ${reads === "series" ? "windows of a series" : "rows of numbers"}`);
  const shape = network.inputs[0]?.shape ?? [];
  const scale = isPicture && normalize !== undefined ? scaleFrom(normalize) : "0..1";
  const scaling = !isPicture && normalize !== undefined ? scalingFrom(normalize) : "standard";
  const meaning: Meaning | undefined = isPicture ? { scale, bgr: channels === "bgr", last: channelsLast(shape) } : undefined;
  if (report.onlyFrozen !== undefined && freeze === "none") throw new LatheError("usage", `the network has to be frozen as a whole: ${report.onlyFrozen}`);
  const frozen = freeze === "all" || (report.onlyFrozen !== undefined && named === undefined) ? "all" : network.frozen;
  const own = importTemplate({ network, meaning, scaling, frozen });
  // It reads so many rows, and no more columns than it was made for. A calendar would be a second window, of the rows ahead; one that is asked for is refused.
  const window = reads === "series" ? { series: { ...wish.series, window: Number(shape[1]), calendar: wish.series?.calendar ?? [] } } : {};
  const created = await createProject({ ...wish, ...window, own });
  keepNetwork(resolve(wish.folder), created.file, network);
  const unsaid = normalize === undefined ? [UNSAID[isPicture ? "pictures" : "columns"]] : [];
  return { report, created: { ...created, notes: [...created.notes, ...unsaid] } };
}

function keepNetwork(folder: string, project: string, { file }: NonNullable<ImportAnswer["network"]>): void {
  const path = join(folder, ...IMPORTED.split("/"));
  try {
    makeFolders(dirname(path));
    replaceFileSync(inside(folder, ...IMPORTED.split("/")), [file]);
  } catch (thrown) {
    rmSync(project, { force: true });
    throw storageError(path, thrown, "No project was made");
  }
}

/** @throws LatheError `graph.unsupported`, `export.parity`, `usage` where no project can be made of it */
function usable({ report, network }: ImportAnswer): { readonly network: NonNullable<ImportAnswer["network"]>; readonly reads: NetworkReads } {
  // What is wrong with its inputs may be why nothing behind them can be reached.
  const reads = readsOf(report.inputs);
  if (!network) throw new LatheError("graph.unsupported", report.notes.at(-1) ?? "nothing of the file can be used");
  const worst = Math.max(0, ...(report.compared ?? []).map(({ difference }) => difference));
  if (worst > TOLERANCE)
    throw new LatheError(
      "export.parity",
      `as layers the network answers otherwise than the file, by up to ${worst.toPrecision(3)} of the largest answer (allowed: ${TOLERANCE}), so no project ` +
        `is made of it`,
    );
  return { network, reads };
}

function askFor({ model, until, size }: NetworkQuestion, freeze: string | undefined, work: EngineRunner): Promise<ImportAnswer> {
  return work(
    {
      kind: "import-model",
      model: resolve(model),
      ...(until === undefined ? {} : { until }),
      ...(size ? { size } : {}),
      ...(freeze === undefined ? {} : { freeze }),
    },
    () => undefined,
    // The engine process is Lathe's own.
    (value) => value as ImportAnswer,
  );
}
