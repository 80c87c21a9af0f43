import type { Compared } from "../contract/certificate.js";
import type { RunReport } from "../contract/report.js";
import type { ParityResult } from "../contract/results.js";
import type { TrainingConfig } from "../contract/training.js";
import type { FittedData } from "../features/fitted.js";
import type { Threshold } from "../features/kind.js";
import type { SourceNetwork } from "./pytorch-source.js";

/** A choice that a format leaves to the user; the first value is what is taken where nothing is said. */
export interface ExportOption {
  /** On the command line `--<name>`. */
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly choices: readonly { readonly value: string; readonly title: string }[];
}

/** By the option's name, one of its values: of every option of the format. */
export type ExportOptions = Readonly<Record<string, string>>;

/** What an exporter is given of a finished run. Whatever needs an engine or the data is done by whoever implements this. */
export interface ExportSource {
  /** The run's folder. */
  readonly folder: string;
  readonly report: RunReport;
  /** The run's model, of which the report speaks. @throws LatheError `run.checkpoint` for a damaged one */
  model(): Uint8Array;
  /** Compares a model without preprocessing with the run's own. @throws LatheError `export.parity` */
  checkBare(bare: Uint8Array): Promise<ParityResult>;
  /** All that is needed to train the run's network again. @throws LatheError `data.changed`, `export.format` for data that are no plain table */
  trained(): Promise<TrainedNetwork>;
  /**
   * Has a folder's `predict.py` answer the table of the run and compares that with what the trainer said.
   * @returns a sentence where there is no Python with PyTorch here, or nothing to compare with @throws LatheError `export.parity`
   */
  askPython(folder: string): Promise<Compared | string>;
}

/** A finished run as whoever repeats it needs it. */
export interface TrainedNetwork {
  readonly project: string;
  readonly run: string;
  readonly seed: number;
  readonly training: TrainingConfig;
  readonly network: SourceNetwork;
  /** By layer and name, `fc1.weight`: parameters and running statistics that the run ended with. */
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  /** What was learnt of the columns that the network uses. */
  readonly fitted: FittedData;
  readonly thresholds: Readonly<Record<string, Threshold>>;
  /** A target's loss: its options are complete, without "balanced". */
  readonly loss: (target: string) => { readonly type: string; readonly weight: number; readonly options: unknown };
  /** Whether an epoch's last, smaller batch is dropped. */
  readonly dropLast: boolean;
  /** Targets that some samples lack. */
  readonly masked: readonly string[];
  /** Whether groups of layers learn in their own way; frozen ones do not count. */
  readonly groups: boolean;
  /** What the best epoch is found by: `validation.loss`. */
  readonly monitor: { readonly name: string; readonly mode: "min" | "max" };
  /** Row numbers from 1. */
  readonly rows: Readonly<Record<"train" | "validation" | "test", Uint32Array>>;
  readonly table: PlainTable;
}

/** A delimited text with a header, as other programs read it. */
export interface PlainTable {
  /** Absolute. */
  readonly path: string;
  readonly delimiter: string;
  readonly quote: string;
  /** As Python calls it. */
  readonly encoding: string;
  /** Lines above the header. */
  readonly skip: number;
  readonly decimal: "," | ".";
}

/** What an exporter made, before it lies where it was asked for. */
export interface Made {
  /** By path in the folder that is asked for; a single file under "". */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The gate. @param place where the files of a folder lie for now. @throws LatheError `export.parity`; @returns a sentence where nothing here can run it */
  compare(place: string): Promise<Compared | string>;
}

/** One format of the export menu: everything that Lathe knows of it stands in its file. */
export interface Exporter {
  readonly type: string;
  /** What the menu calls it. */
  readonly title: string;
  /** One line for the menu. */
  readonly summary: string;
  /** What of a run's folder it is made from. */
  readonly source: string;
  /** Of a single file, without a dot; absent where a folder is made. */
  readonly extension?: string;
  readonly options: readonly ExportOption[];
  /** What answers again when the certificate is repeated. */
  readonly answers: "onnx" | "python" | "none";
  /** @throws LatheError `export.format`, `export.parity`; `run.checkpoint` for a damaged run */
  make(source: ExportSource, options: ExportOptions): Promise<Made>;
  /** A file with its certificate, from the parts that are written one after the other. A folder has it as a file of its own. */
  certified?(file: Uint8Array, certificate: string): readonly Uint8Array[];
}
