import { LatheError } from "../../base/errors.js";
import type { RowValues } from "../../contract/engine-messages.js";
import type { FeatureMapsAnswer, FeatureMapsQuestion, FiltersAnswer, LayersAnswer, SaliencyAnswer, SaliencyQuestion } from "../../contract/picture-insight.js";
import type { RunReference } from "../../contract/summaries.js";
import { picturesOf } from "../../features/index.js";
import type { FolderAccess } from "../files/folder-access.js";
import type { ModelFactsStore } from "../models/model-facts.js";
import type { ModelServers } from "../models/model-servers.js";
import { pictureColumns, resolvePictures } from "./picture-paths.js";
import { cellsOfRows } from "../evaluation/row-cells.js";
import { type FoundRun, modelOfRun } from "../runs/run-reference.js";
import type { Tables } from "../data/tables.js";

/** A row of the table that the run was trained on, by its number, or any picture by its path: one of the two. */
export interface ChosenPicture {
  readonly row?: number | undefined;
  readonly path?: string | undefined;
}

/**
 * Looking into a run's model, in the process that it is served in. Everything throws as `modelOfRun`, and `usage` where the model has no such layer, target or
 * class.
 */
export interface Pictures {
  layers(run: RunReference, signal?: AbortSignal): Promise<LayersAnswer>;
  filters(asked: RunReference & { readonly layer?: string | undefined }, signal?: AbortSignal): Promise<FiltersAnswer>;
  /**
   * @throws LatheError `data.changed` where the row is no longer what it was; `rpc.refused` for a picture out of bounds; `data.value` for one that cannot be
   * read
   */
  saliency(asked: RunReference & ChosenPicture & SaliencyQuestion, signal?: AbortSignal): Promise<SaliencyAnswer>;
  /** What the layer of that id reads of a picture. @throws as `saliency` */
  features(asked: RunReference & ChosenPicture & { readonly head: string }, signal?: AbortSignal): Promise<Float32Array>;
  /** @throws as `saliency` */
  featureMaps(asked: RunReference & ChosenPicture & FeatureMapsQuestion, signal?: AbortSignal): Promise<FeatureMapsAnswer>;
}

export function createPictures(access: FolderAccess, tables: Tables, servers: ModelServers, factsAt: ModelFactsStore): Pictures {
  /** Whatever becomes of the run: a picture that may not be read is not asked about. */
  async function open(asked: RunReference, { path }: ChosenPicture) {
    if (path !== undefined) await access.resolve(path, "the picture");
    return modelOfRun(access, asked);
  }

  async function valuesOf(run: FoundRun & { readonly model: string }, { row, path }: ChosenPicture, signal?: AbortSignal): Promise<RowValues> {
    const facts = await factsAt(run.model);
    if ((row === undefined) === (path === undefined)) throw new LatheError("usage", "name a row of the run's data, or the path of a picture, and not both");
    if (path !== undefined) {
      const columns = pictureColumns(facts);
      if (columns.length === 0 || picturesOf(facts.fitted.inputs).length < facts.fitted.inputs.length) {
        throw new LatheError(
          "usage",
          columns.length === 0
            ? "the model does not look at pictures"
            : "the model reads more than pictures, so that a picture alone is not enough; choose a row of its data",
        );
      }
      return resolvePictures(access, facts, Object.fromEntries(columns.map((column) => [column, path])));
    }
    const wanted = row ?? 0;
    const { columns, cells, rootOf, note } = await cellsOfRows(tables, run, [wanted], signal);
    if (note !== undefined) throw new LatheError("data.changed", note, { ...run.reference });
    const found = cells.get(wanted);
    if (!found) throw new LatheError("usage", `the data of run ${run.reference.run} has no row ${wanted}`, { row: wanted });
    return resolvePictures(access, facts, Object.fromEntries(columns.map((column, k) => [column, found[k] ?? null])), rootOf(wanted));
  }

  return {
    async layers(asked, signal) {
      return servers.ask((await modelOfRun(access, asked)).model, { kind: "layers" }, signal);
    },
    async filters({ layer, ...asked }, signal) {
      const answer = await servers.ask((await modelOfRun(access, asked)).model, { kind: "filters", layer }, signal);
      return { ...answer, weights: owned(answer.weights) };
    },
    async saliency({ project, run: id, row, path, ...question }, signal) {
      const run = await open({ project, run: id }, { path });
      const answer = await servers.ask(run.model, { kind: "saliency", values: await valuesOf(run, { row, path }, signal), ...question }, signal);
      return { ...answer, map: owned(answer.map) };
    },
    async features({ project, run: id, row, path, head }, signal) {
      const run = await open({ project, run: id }, { path });
      return servers.ask(run.model, { kind: "features", values: await valuesOf(run, { row, path }, signal), head }, signal);
    },
    async featureMaps({ project, run: id, row, path, ...question }, signal) {
      const run = await open({ project, run: id }, { path });
      const answer = await servers.ask(run.model, { kind: "featureMaps", values: await valuesOf(run, { row, path }, signal), ...question }, signal);
      return { ...answer, pixels: owned(answer.pixels) };
    },
  };
}

/** Bytes that came from another process lie within a message, not always on a word: a copy has a buffer of its own, which can be read as numbers. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes);
}
