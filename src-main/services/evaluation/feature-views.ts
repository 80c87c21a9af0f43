import { LatheError } from "../../base/errors.js";
import { Lru } from "../../base/lru.js";
import type { LogEvent, StageEvent } from "../../contract/events.js";
import type { FeatureView, NearestPictures } from "../../contract/feature-views.js";
import type { RunReport } from "../../contract/report.js";
import type { RunReference } from "../../contract/summaries.js";
import type { SplitView } from "../../contract/table-views.js";
import { readKept } from "../../datasets/kept-rows.js";
import type { SeenPictures } from "../../training/explaining/look-through-features.js";
import { nearestTo, unitRows } from "../../training/explaining/neighbours.js";
import type { Tables } from "../data/tables.js";
import type { FolderAccess } from "../files/folder-access.js";
import type { EngineRunner } from "../jobs/jobs.js";
import type { ChosenPicture, Pictures } from "../pictures/pictures.js";
import { type FoundRun, modelOfRun } from "../runs/run-reference.js";
import { cellsOfRows } from "./row-cells.js";
import type { LabelledPart } from "./label-errors.js";

/** Runs that stay in memory: the one looked at, and one to compare it with. */
const MOST_RUNS = 2;
/** Pairs and pictures that are listed. */
const MOST_LISTED = 200;

const PARTS = ["train", "validation", "test"] as const;

/** Pictures of a run as its network's features have them. Everything throws `run.missing` for a run that has not ended. */
export interface FeatureViews {
  /** Looks at all of them: the first time, features are computed and compared. @throws LatheError `usage`, `data.changed`, `data.*`, `cancelled` */
  look(run: RunReference, hear: (event: StageEvent | LogEvent) => void, signal?: AbortSignal): Promise<FeatureView>;
  /**
   * The pictures trained on that are nearest to a picture of the run's data, or to any other.
   * @throws LatheError `usage` where `look` was not called before, or was long ago; of another picture as `Pictures.features`
   */
  nearest(asked: RunReference & ChosenPicture & { readonly limit: number }, signal?: AbortSignal): Promise<NearestPictures>;
  /** What a linear head says of the labels of all pictures; undefined where `look` was not called before, or another target is meant. */
  labelled(run: FoundRun, target: string): Promise<readonly LabelledPart[] | undefined>;
}

interface Seen {
  /** What the network had learnt that they were seen by, see `learntBy`. */
  readonly learnt: string;
  readonly pictures: SeenPictures;
  readonly paths: readonly (string | null)[];
  readonly note: string | undefined;
  /** Of length 1, once they are asked for. */
  units: Float32Array | undefined;
}

/** What a run's features depend on. Its file changes with a threshold that is chosen, and sees the same. */
function learntBy({ run, data, training }: RunReport): string {
  return JSON.stringify([run, data.fingerprint, training]);
}

/** @param features what a model makes of a picture, see `Pictures` */
export function createFeatureViews(access: FolderAccess, tables: Tables, work: EngineRunner, features: Pictures["features"]): FeatureViews {
  const seen = new Lru<string, Seen>(MOST_RUNS);

  function known({ folder, report }: Awaited<ReturnType<typeof modelOfRun>>): Seen | undefined {
    const found = seen.get(folder);
    return found?.learnt === learntBy(report) ? found : undefined;
  }

  async function lookAt(asked: RunReference, hear: (event: StageEvent | LogEvent) => void, signal?: AbortSignal): Promise<Seen> {
    const run = await modelOfRun(access, asked);
    const found = known(run);
    if (found) return found;
    const pictures = await work(
      { kind: "features", run: run.folder },
      (event) => {
        if (event.event === "stage" || event.event === "log") hear(event);
      },
      (value) => value as SeenPictures,
      signal,
    );
    const { columns, cells, note } = await cellsOfRows(tables, run, [...pictures.rows], signal);
    const column = columns.indexOf(pictures.column);
    const paths = Array.from(pictures.rows, (row) => cells.get(row)?.[column] ?? null);
    const made = { learnt: learntBy(run.report), pictures, paths, note, units: undefined };
    seen.set(run.folder, made);
    return made;
  }

  return {
    look: async (run, hear, signal) => viewOf(await lookAt(run, hear, signal)),
    async nearest({ project, run: id, limit, ...chosen }, signal) {
      // Whatever becomes of the run: a picture that may not be read is not asked about.
      if (chosen.path !== undefined) await access.resolve(chosen.path, "the picture");
      const run = await modelOfRun(access, { project, run: id });
      const found = known(run);
      if (!found) throw new LatheError("usage", `look at run ${id} through its features first`, { ...run.reference });
      const { pictures, paths } = found;
      const place = chosen.row === undefined ? -1 : pictures.rows.indexOf(chosen.row);
      if (chosen.row !== undefined && place < 0)
        throw new LatheError("usage", `row ${chosen.row} is not among those that run ${id} used`, { ...run.reference, row: chosen.row });
      const { most, places, distances } = pictures.training;
      const near =
        place >= 0
          ? { places: places.subarray(place * most, (place + 1) * most), distances: distances.subarray(place * most, (place + 1) * most) }
          : nearestTo(
              unitRows(await features({ project, run: id, ...chosen, head: pictures.head }, signal), pictures.kept.words),
              (found.units ??= unitRows(readKept(pictures.kept), pictures.kept.words)),
              pictures.counts.train,
            );
      return {
        pictures: Array.from(near.places.subarray(0, limit), (at, k) => ({
          row: pictures.rows[at] ?? 0,
          picture: paths[at] ?? null,
          label: pictures.target?.classes[pictures.target.truths[at] ?? -1] ?? "",
          distance: near.distances[k] ?? 0,
        })).filter(({ row }) => row > 0),
      };
    },
    async labelled(run, target) {
      const found = known(await modelOfRun(access, run.reference));
      if (found?.pictures.target?.name !== target) return undefined;
      const { rows, counts } = found.pictures;
      const { classes, truths, outOfFold, name } = found.pictures.target;
      let from = 0;
      return PARTS.map((split) => {
        const [begin, end] = [from, (from += counts[split])];
        const told = { name, kind: "category" as const, width: classes.length, classes: [...classes] };
        const outputs = outOfFold.subarray(begin * classes.length, end * classes.length);
        return { split, rows: rows.subarray(begin, end), target: { ...told, outputs, truths: truths.subarray(begin, end) } };
      });
    },
  };
}

function viewOf({ pictures, paths, note }: Seen): FeatureView {
  const { counts, rows, target, map, shares, odd, kept, learnt } = pictures;
  const partOf = (place: number): SplitView => (place < counts.train ? "train" : place < counts.train + counts.validation ? "validation" : "test");
  /** Across training and test, then across training and validation, then the others. */
  const across = ({ a, b }: { readonly a: number; readonly b: number }) => (partOf(a) !== "train" || partOf(b) === "train" ? 2 : partOf(b) === "test" ? 0 : 1);
  const leaked = (part: SplitView) => new Set(odd.duplicates.flatMap(({ a, b }) => (partOf(a) === "train" && partOf(b) === part ? [b] : []))).size;
  return {
    numbers: kept.words,
    learnt,
    counts: { ...counts },
    rows: littleEndian(rows),
    pictures: [...paths],
    ...(note === undefined ? {} : { note }),
    ...(target
      ? { target: { name: target.name, classes: [...target.classes], truths: littleEndian(target.truths), predicted: littleEndian(target.predicted) } }
      : {}),
    map: littleEndian(map),
    shares: [...shares],
    duplicates: {
      below: odd.duplicateBelow,
      total: odd.duplicates.length,
      leaked: { validation: leaked("validation"), test: leaked("test") },
      pairs: odd.duplicates.toSorted((p, q) => across(p) - across(q)).slice(0, MOST_LISTED),
    },
    outliers: { above: odd.outlierAbove, total: odd.outliers.length, places: odd.outliers.slice(0, MOST_LISTED) },
  };
}

/** Of machines that Lathe runs on, all write the lowest byte first. */
function littleEndian(values: Uint32Array | Int32Array | Float32Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
