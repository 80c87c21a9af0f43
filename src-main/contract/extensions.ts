/** Extensions of the tables and the pictures that are read, and so can be chosen, dropped and sent. */
export const tableExtensions = ["csv", "tsv", "txt", "tab", "parquet", "json", "jsonl", "ndjson", "xlsx", "xlsm"] as const;
export const pictureExtensions = ["png", "jpg", "jpeg", "jfif", "webp", "gif", "bmp", "dib", "tif", "tiff", "avif"] as const;

/** Whether a name ends in one of some extensions. */
export function hasExtension(name: string, extensions: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return extensions.some((extension) => lower.endsWith(`.${extension}`));
}
