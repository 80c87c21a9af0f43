import { resolve } from "node:path";
import type { RowValues } from "../../contract/engine-messages.js";
import { picturesOf } from "../../features/index.js";
import type { ModelFacts } from "../../training/models/inference-model.js";
import type { FolderAccess } from "../files/folder-access.js";

/**
 * The values of a row with its pictures' paths made real and absolute: the engine process reads what it is told to, so here is where it is seen whether it may.
 * @param root what relative paths start from; without one they are refused.
 * @throws LatheError `rpc.refused` for a picture elsewhere than this host may read; `data.missing` for one that is not there
 */
export async function resolvePictures(access: FolderAccess, { fitted }: ModelFacts, values: RowValues, root?: string): Promise<RowValues> {
  const columns = pictureColumns({ fitted });
  const found = await Promise.all(
    columns.map(async (column) => {
      const path = values[column];
      return [
        column,
        path === null || path === undefined || path === "" ? null : await access.resolve(root === undefined ? path : resolve(root, path), "the picture"),
      ] as const;
    }),
  );
  return { ...values, ...Object.fromEntries(found) };
}

/** Columns that hold paths of pictures, each once. */
export function pictureColumns({ fitted }: Pick<ModelFacts, "fitted">): readonly string[] {
  return [...new Set(picturesOf(fitted.inputs).map(({ column }) => column))];
}
