import type { z } from "zod";
import type { dataSchema } from "../../src-main/contract/data.js";
import type { ProjectDocument } from "../../src-main/contract/project-views.js";

/** Something with a `type` and options of its own: a layer, a loss, an optimizer. */
export interface DraftTagged {
  type: string;
  [option: string]: unknown;
}

export interface DraftLayer extends DraftTagged {
  id: string;
  /** Inputs or earlier layers; omitted: the layer before, for the first layer the only input. */
  from?: string[];
}

export interface DraftModel {
  layers: DraftLayer[];
  blocks?: Record<string, { inputs?: string[]; layers: DraftLayer[]; output?: string }>;
  outputs: { target: string; from: string }[];
}

/** Layers, by name or pattern, that learn in their own way. */
export interface DraftGroup {
  layers: string[];
  frozen?: boolean;
  lr?: number;
  weightDecay?: number;
}

export interface DraftTraining {
  epochs: number;
  batchSize?: number;
  shuffle?: boolean;
  optimizer?: DraftTagged;
  losses?: Record<string, DraftTagged & { weight?: number }>;
  schedule?: DraftTagged;
  earlyStopping?: { monitor?: string; patience: number; minDelta?: number };
  groups?: DraftGroup[];
  /** By target: one, one by label, or "tune". */
  thresholds?: Record<string, number | string | Record<string, number>>;
  clipGradNorm?: number;
  clipGradValue?: number;
  engine?: string;
  device?: string;
  threads?: "auto" | number;
  [option: string]: unknown;
}

/**
 * A project file being edited: typed as a complete one, because that is what it becomes, with the parts that an unfinished file may lack made up as empty.
 * Options may still be wrong; the host's problems say where.
 */
export interface Draft {
  version: 1;
  name: string;
  seed?: number;
  data: z.input<typeof dataSchema>;
  model: DraftModel;
  training: DraftTraining;
  [key: string]: unknown;
}
export type DraftInput = Draft["data"]["inputs"][number];
export type DraftTarget = Draft["data"]["targets"][number];

export function draftOf(document: ProjectDocument): Draft {
  const data = objectOf(document["data"]);
  const model = objectOf(document["model"]);
  return {
    ...document,
    version: 1,
    name: typeof document["name"] === "string" ? document["name"] : "",
    data: { ...data, source: { type: "table", path: "", ...objectOf(data["source"]) }, inputs: listOf(data["inputs"]), targets: listOf(data["targets"]) },
    model: { ...model, layers: listOf(model["layers"]), outputs: listOf(model["outputs"]) },
    training: { epochs: 30, ...objectOf(document["training"]) },
  };
}

export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Entries that are objects; anything else cannot be shown. */
function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value.filter((entry) => typeof entry === "object" && entry !== null) as T[]) : [];
}
