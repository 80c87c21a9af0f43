import { constants, createWriteStream } from "node:fs";
import { copyFile, link, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LatheError } from "../base/errors.js";
import { makeFoldersSoon } from "../base/make-folders.js";
import { storageError } from "../base/storage-error.js";
import { sweepLeftBehind, workName } from "../base/work-folder.js";
import { extensionOf, networkExtensions, pictureExtensions, tableExtensions } from "../contract/extensions.js";
import type { Studio } from "../services/studio.js";

/** Bytes of one file; what is larger is better put on the machine by other ways. */
const largest = 4 * 2 ** 30;
/** What a project can be made of, and pictures, which a model can be asked about. */
const accepted = [...tableExtensions, ...networkExtensions, ...pictureExtensions];

/** A file that has not arrived whole. */
const PART = "upload.part";

/**
 * Takes a file that was dropped on the page: it is written to `Uploads` where new projects are made, whole or not at all, never over another. Of several that
 * come at once under one name each gets a name of its own.
 * @param name as the browser tells it. @returns where it lies.
 * @throws LatheError `rpc.invalid` for a name or a size that cannot be, `data.unreadable` for what is neither table, picture nor network, `run.storage`
 */
export async function receiveUpload(request: IncomingMessage, name: string, { access, projects }: Studio, limit = largest): Promise<string> {
  const plain = name.split(/[\\/]/).at(-1) ?? "";
  if (plain === "" || plain.startsWith(".") || plain.length > 200 || /[\0-\x1f:*?"<>|]/.test(plain))
    throw new LatheError("rpc.invalid", `${JSON.stringify(name.slice(0, 200))} is not a file's name`);
  const extension = extensionOf(plain, accepted);
  if (extension === "") {
    const expected = accepted.map((known) => `.${known}`).join(", ");
    throw new LatheError("data.unreadable", `${plain} is not a table, a picture or a network that Lathe reads; expected ${expected}`, { name: plain });
  }
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limit) throw tooLarge(plain, limit);
  const folder = await access.resolveNew(join(await projects.folder(), "Uploads"), "the folder for uploads");
  await makeFoldersSoon(folder).catch((thrown: unknown) => {
    throw storageError(folder, thrown);
  });
  // One kind for all names: what a killed server left of one is taken away by the next upload of any.
  sweepLeftBehind(folder, PART);
  const part = join(folder, workName(PART));
  let received = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      done(received > limit ? tooLarge(plain, limit) : null, chunk);
    },
  });
  try {
    await pipeline(request, count, createWriteStream(part, { flags: "wx", flush: true }));
    if (announced > 0 && received !== announced) throw new LatheError("rpc.closed", `${plain} did not arrive whole: ${received} of ${announced} bytes`);
    return await keepUnderFreeName(part, folder, plain, extension);
  } catch (thrown) {
    throw storageError(join(folder, plain), thrown);
  } finally {
    await rm(part, { force: true }).catch(() => undefined);
  }
}

/** Gives a whole file the first name that nobody has: the system says whether one is taken, in the same moment as it takes it. */
async function keepUnderFreeName(part: string, folder: string, name: string, extension: string): Promise<string> {
  const stem = name.slice(0, name.length - extension.length);
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? name : `${stem} ${n}${extension}`);
    try {
      await takeName(part, path);
      return path;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
    }
  }
}

/** @throws with `EEXIST` where the name is taken */
async function takeName(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") throw thrown;
    // FAT and some network drives have no second names for a file.
    await copyFile(part, path, constants.COPYFILE_EXCL);
  }
}

function tooLarge(name: string, limit: number): LatheError {
  return new LatheError(
    "rpc.invalid",
    `${name} is larger than ${Math.round(limit / 2 ** 20)} MB; put it into a folder that Lathe may use, and choose it there`,
    { name },
  );
}
