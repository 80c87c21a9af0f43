import { parentPort } from "node:worker_threads";
import { type PictureTask, type PictureThreadReply, type PictureThreadRequest, readPicture } from "./picture-task.js";

/** A thread that decodes and resizes pictures. What a picture needs of the memory of all threads it asks for. */
const granted = new Map<number, () => void>();
const reply = (message: PictureThreadReply, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(message, transfer);

parentPort?.on("message", (request: PictureThreadRequest) => {
  if ("granted" in request) {
    granted.get(request.granted)?.();
    granted.delete(request.granted);
  } else void read(request);
});

async function read(task: PictureTask): Promise<void> {
  const result = await readPicture(task, (bytes) =>
    bytes <= SMALL
      ? Promise.resolve()
      : new Promise((resolve) => {
          granted.set(task.id, resolve);
          reply({ id: task.id, bytes });
        }),
  );
  reply(
    result,
    result.pixels.map(({ buffer }) => buffer),
  );
}

/** What needs less does not ask: two for each of eight threads are 256 MB. */
const SMALL = 16 << 20;
