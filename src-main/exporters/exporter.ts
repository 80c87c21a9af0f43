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
  /** The file's content, from a finished run's folder. @throws LatheError `export.format` */
  write(run: string): Uint8Array;
}
