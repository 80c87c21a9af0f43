import type { Compared } from "../contract/certificate.js";
import type { RunReport } from "../contract/report.js";
import type { ParityResult } from "../contract/results.js";

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
  readonly answers: "onnx" | "none";
  /** @throws LatheError `export.format`, `export.parity`; `run.checkpoint` for a damaged run */
  make(source: ExportSource, options: ExportOptions): Promise<Made>;
  /** A file with its certificate, from the parts that are written one after the other. A folder has it as a file of its own. */
  certified?(file: Uint8Array, certificate: string): readonly Uint8Array[];
}
