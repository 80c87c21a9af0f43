import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { LatheError, toLatheError } from "../base/errors.js";
import { inside, readOwnFileSync } from "../base/own-files.js";
import { decodeModel } from "../onnx/protobuf.js";
import type { PretrainedKind, PretrainedSource } from "./source.js";

/** Where a project keeps the network that it was imported from, in its folder. */
export const IMPORTED = "imported/model.onnx";

/** The file last read, while it stays as it is: a network that is edited is planned again and again. */
let last: { readonly path: string; readonly changed: string; readonly source: PretrainedSource } | undefined;

/** The network that a project was imported from: `import` wrote its weights under the names of the project's layers. */
export const imported: PretrainedKind = {
  opens: (name) => name === IMPORTED,
  names: [IMPORTED],
  open(name, folder) {
    const path = inside(folder, ...IMPORTED.split("/"));
    const changed = stateOf(path);
    if (last?.path === path && last.changed === changed) return last.source;
    const bytes = readOwnFileSync(path);
    const source = { name, sha256: createHash("sha256").update(bytes).digest("hex"), tensor: tensorsOf(path, bytes) };
    last = { path, changed, source };
    return source;
  },
};

/** @throws LatheError `pretrained.missing` */
function stateOf(path: string): string {
  try {
    const { size, mtimeMs, ino } = statSync(path);
    return `${size} ${mtimeMs} ${ino}`;
  } catch (thrown) {
    throw new LatheError("pretrained.missing", `the imported network ${path} is not there; import it again, or put the file back`, { path }, { cause: thrown });
  }
}

function tensorsOf(path: string, bytes: Uint8Array): PretrainedSource["tensor"] {
  try {
    const { initializers } = decodeModel(bytes).graph;
    return (name) => {
      const data = initializers.get(name);
      return data?.dtype === "float32" ? { shape: data.dims, read: () => data.data } : undefined;
    };
  } catch (thrown) {
    throw new LatheError(
      "pretrained.unreadable",
      `${path} cannot be read: ${toLatheError(thrown).message}; import the network again`,
      { path },
      { cause: thrown },
    );
  }
}
