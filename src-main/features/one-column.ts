import type { NamedColumn } from "./kind.js";

/** What kinds share that read one column. */
export const oneColumn = {
  gathers: false,
  withColumns: <O extends { readonly column: string }>(options: O, [column = ""]: readonly string[]): O => ({ ...options, column }),
  columns: ({ column }: { readonly column: string }): readonly NamedColumn[] => [{ column, path: ["column"] }],
  columnsOf: ({ column }: { readonly column: string }): readonly string[] => [column],
};
