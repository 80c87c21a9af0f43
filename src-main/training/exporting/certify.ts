import { basename } from "node:path";
import { version } from "../../base/version.js";
import { type Certificate, type CertifiedAnswers, type Compared } from "../../contract/certificate.js";
import type { DataSpec } from "../../contract/data.js";
import type { RunReport } from "../../contract/report.js";
import { digestOf } from "../../contract/run-model.js";
import type { RunConfig } from "../runs/run-config.js";
import { type KeptSplit, predictionsFile, readPredictions } from "../runs/kept-predictions.js";
import { picturesOf } from "../../features/index.js";

/** Rows whose answers a certificate carries; of pictures, which take long to read, fewer. */
const ROWS = 256;
const PICTURES = 64;
/** Numbers that a certificate carries: 128 KiB. */
const NUMBERS = 1 << 15;

export interface Certified {
  readonly run: string;
  readonly config: RunConfig;
  readonly report: RunReport;
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** A sentence: it was not compared. */
  readonly compared: Compared | string;
}

export function certify({ run, config, report, format, options, files, compared }: Certified): Certificate {
  const answers = answersOf(run, config.project.data);
  return {
    version: 1,
    lathe: version,
    format,
    options: { ...options },
    project: report.project,
    run: report.run,
    model: report.model.sha256,
    data: { fingerprint: report.data.fingerprint, seed: config.project.seed, section: withoutPlaces(config.project.data), rows: report.data.rows },
    ...(typeof compared === "string" ? { uncompared: compared } : { compared }),
    files: Object.fromEntries([...files].map(([name, bytes]) => [name === "" ? format : name, digestOf(bytes)])),
    ...(answers ? { answers } : {}),
  };
}

/** Where a user keeps the data is nobody else's affair. */
function withoutPlaces({ source, ...data }: DataSpec): DataSpec {
  const own = Object.fromEntries(
    (["path", "validation", "test"] as const).flatMap((key) => {
      const path = (source as Readonly<Record<string, unknown>>)[key];
      return typeof path === "string" ? [[key, basename(path)]] : [];
    }),
  );
  return { ...data, source: { ...source, ...own } };
}

/** What the trainer answered for some rows, evenly spread, of a part that lies in the data's main file or folder; undefined where the run kept none. */
export function answersOf(run: string, { source, inputs }: DataSpec): CertifiedAnswers | undefined {
  const own = { validation: "validation" in source && source.validation !== undefined, test: source.test !== undefined };
  for (const split of ["validation", "test"] as const) {
    const answers = own[split] ? undefined : answersOfPart(run, split, picturesOf(inputs).length > 0 ? PICTURES : ROWS);
    if (answers) return answers;
  }
  return undefined;
}

function answersOfPart(run: string, split: KeptSplit, most: number): CertifiedAnswers | undefined {
  let kept;
  try {
    kept = readPredictions(predictionsFile(run, split));
  } catch {
    return undefined;
  }
  const width = kept.targets.reduce((sum, target) => sum + target.width, 0);
  if (kept.rows.length === 0 || width === 0) return undefined;
  const count = Math.max(1, Math.min(kept.rows.length, most, Math.floor(NUMBERS / width)));
  // Rows are read in the order of the file, which predictions of a part may not have.
  const places = Array.from({ length: count }, (_, i) => Math.floor((i * kept.rows.length) / count)).sort((a, b) => (kept.rows[a] ?? 0) - (kept.rows[b] ?? 0));
  return {
    split,
    rows: places.map((place) => kept.rows[place] ?? 0),
    targets: kept.targets.map(({ name, width: own, outputs }) => {
      const values = new Float32Array(count * own);
      places.forEach((place, i) => values.set(outputs.subarray(place * own, (place + 1) * own), i * own));
      return { name, width: own, values: Buffer.from(values.buffer).toString("base64") };
    }),
  };
}
