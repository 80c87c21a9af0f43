import { rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LatheError } from "../../base/errors.js";
import { makeFolders } from "../../base/make-folders.js";
import { inside } from "../../base/own-files.js";
import { replaceFileSync } from "../../base/replace-file.js";
import { storageError } from "../../base/storage-error.js";
import type { ImportAnswer, ImportReport } from "../../contract/import-report.js";
import { channelsLast } from "../../importers/picture-axes.js";
import { IMPORTED } from "../../pretrained/index.js";
import { type EngineRunner } from "../jobs/jobs.js";
import { type CreateOptions, type CreatedProject, createProject } from "../projects/create-project.js";
import { importTemplate, readsOf } from "./head.js";
import { type Meaning, scaleFrom, scalingFrom } from "./meaning.js";

export interface ImportOptions {
  /** The ONNX file. */
  readonly model: string;
  /** A node or value at which the network ends. */
  readonly until?: string | undefined;
  /** Height and width of pictures, where the file leaves them open. */
  readonly size?: readonly [number, number] | undefined;
}

export interface ProjectWish extends Omit<CreateOptions, "template" | "own"> {
  /** `all`, `none`, or a node or value up to which layers are frozen. */
  readonly freeze?: string | undefined;
  readonly normalize?: string | undefined;
  readonly channels?: "rgb" | "bgr" | undefined;
}

/** What is told where nobody has said what the network's input means. */
const UNSAID = {
  pictures: "pixels are 0 to 1, red first, as nothing was said; the network was probably trained with --normalize imagenet, or another of its ways",
  columns:
    "columns are brought to mean 0 and deviation 1, as nothing was said; if the network was trained on their own numbers, import it with --normalize none",
} as const;

/** Differences between the file and its layers that are rounding. */
const TOLERANCE = 1e-4;

/** What of a file can be used. Nothing is written. @throws LatheError `data.missing`, `graph.*`, `usage` */
export async function reportImport({ model, until, size }: ImportOptions, work: EngineRunner): Promise<ImportReport> {
  return (await asked({ model, until, size }, undefined, work)).report;
}

/**
 * A project of a file's network: its layers with the weights that they have there, cut before its own answers, with a head for the project's. It trains as any
 * other.
 * @throws LatheError as `reportImport`, as `createProject`, and `export.parity` where the layers answer other than the file
 */
export async function importProject(
  options: ImportOptions,
  { freeze, normalize, channels = "rgb", ...wish }: ProjectWish,
  work: EngineRunner,
): Promise<{ readonly report: ImportReport; readonly created: CreatedProject }> {
  const named = freeze === undefined || freeze === "all" || freeze === "none" ? undefined : freeze;
  const { report, network } = await asked(options, named, work);
  if (!network) throw new LatheError("graph.unsupported", report.notes.at(-1) ?? "nothing of the file can be used");
  const worst = Math.max(0, ...(report.compared ?? []).map(({ difference }) => difference));
  if (worst > TOLERANCE)
    throw new LatheError(
      "export.parity",
      `as layers the network answers otherwise than the file, by up to ${worst.toPrecision(3)} of the largest answer (allowed: ${TOLERANCE}), so no project ` +
        `is made of it`,
    );
  const reads = readsOf(network);
  const isPicture = reads === "pictures";
  if (!isPicture && channels === "bgr")
    throw new LatheError("usage", `--channels is of pictures; the network reads ${reads === "series" ? "windows of a series" : "rows of numbers"}`);
  const shape = network.inputs[0]?.shape ?? [];
  const scale = isPicture && normalize !== undefined ? scaleFrom(normalize) : "0..1";
  const scaling = !isPicture && normalize !== undefined ? scalingFrom(normalize) : "standard";
  const meaning: Meaning | undefined = isPicture ? { scale, bgr: channels === "bgr", last: channelsLast(shape) } : undefined;
  if (report.onlyFrozen !== undefined && freeze === "none")
    throw new LatheError("usage", `--freeze none is not possible: ${report.onlyFrozen}; leave it out, which freezes all of the network`);
  const frozen = freeze === "all" || (report.onlyFrozen !== undefined && named === undefined) ? "all" : network.frozen;
  const own = importTemplate({ network, meaning, scaling, frozen });
  // It reads so many rows, and no more columns than it was made for.
  const window = reads === "series" ? { series: { ...wish.series, window: Number(shape[1]), calendar: [] } } : {};
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

function asked({ model, until, size }: ImportOptions, freeze: string | undefined, work: EngineRunner): Promise<ImportAnswer> {
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
