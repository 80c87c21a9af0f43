import type { DataSpec } from "../../contract/data.js";

/** A source where it is folders of pictures, each row one of them. */
export function foldersOf(source: DataSpec["source"]): Extract<DataSpec["source"], { readonly type: "image-folder" }> | undefined {
  return source.type === "image-folder" ? source : undefined;
}
