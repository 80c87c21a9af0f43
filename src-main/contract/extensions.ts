/** Of texts, which may be gzipped. */
const textExtensions = ["csv", "tsv", "txt", "tab", "json", "jsonl", "ndjson"] as const;
/** Extensions of the tables and the pictures that are read, and so can be chosen, dropped and sent. HEIC is not read, and told rather than passed over. */
export const tableExtensions = [...textExtensions, "parquet", "xlsx", "xlsm", ...textExtensions.map((extension) => `${extension}.gz` as const)] as const;
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

/** Of networks that other programs wrote. */
export const networkExtensions = ["onnx"] as const;

/** What a name ends in, of some extensions, with its dot: of `rows.csv.gz` it is `.csv.gz`. Empty where it is none of them. */
export function extensionOf(name: string, extensions: readonly string[]): string {
  const lower = name.toLowerCase();
  const fitting = extensions.filter((extension) => lower.endsWith(`.${extension}`)).sort((a, b) => b.length - a.length);
  return fitting[0] === undefined ? "" : name.slice(-fitting[0].length - 1);
}

/** Whether a name ends in one of some extensions. */
export function hasExtension(name: string, extensions: readonly string[]): boolean {
  return extensionOf(name, extensions) !== "";
}
