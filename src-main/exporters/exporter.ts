/** Whether an exported model takes raw data, or what its preprocessing makes of them. */
export const PREPROCESS = ["inside", "none"] as const;
export type Preprocess = (typeof PREPROCESS)[number];

/** One format of the export menu. */
export interface Exporter {
  readonly type: string;
  /** What the menu calls it. */
  readonly title: string;
  /** One line for the menu. */
  readonly summary: string;
  /** What of a run's folder it is made from. */
  readonly source: string;
  /** Without a dot. */
  readonly extension: string;
  /** Whether it can omit preprocessing. */
  readonly bare?: boolean;
  /** The file's content, from a finished run's folder. @throws LatheError `export.format`; `run.checkpoint` for a damaged one */
  write(run: string, preprocess: Preprocess): Uint8Array;
}
