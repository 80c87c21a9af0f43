/** Bytes of a file of JSON, and values in it: megabytes of `{},` take a reader seconds and gigabytes. */
export interface JsonBounds {
  readonly bytes: number;
  readonly values: number;
}

/** By what stands in them. A report may hold confusion matrices of a thousand classes. */
export const JSON_BOUNDS = {
  note: { bytes: 1 << 20, values: 10_000 },
  document: { bytes: 16 << 20, values: 500_000 },
  figures: { bytes: 64 << 20, values: 3_000_000 },
} as const satisfies Readonly<Record<string, JsonBounds>>;
