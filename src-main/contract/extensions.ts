/** Extensions of the tables and the pictures that are read, and so can be chosen, dropped and sent. HEIC is not read, and told rather than passed over. */
export const tableExtensions = ["csv", "tsv", "txt", "tab", "parquet", "json", "jsonl", "ndjson", "xlsx", "xlsm"] as const;
export const pictureExtensions = [
  "png",
  "apng",
  "jpg",
  "jpeg",
  "jpe",
  "jfif",
  "webp",
  "gif",
  "bmp",
  "dib",
  "tif",
  "tiff",
  "avif",
  "ppm",
  "pgm",
  "pbm",
  "pnm",
  "heic",
  "heif",
] as const;

/** Whether a name ends in one of some extensions. */
export function hasExtension(name: string, extensions: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return extensions.some((extension) => lower.endsWith(`.${extension}`));
}
