import { parentPort } from "node:worker_threads";
import { type PictureThreadReply, type PictureThreadRequest, type PixelTask, readPicture, readPixels } from "./picture-task.js";

/** A thread that decodes and resizes pictures. What a picture needs of the memory of all threads it asks for. */
const granted = new Map<number, () => void>();
const reply = (message: PictureThreadReply, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(message, transfer);

/** Pictures of which pixels alone are asked for come by the dozen, since who asks is busy with a model meanwhile: so many are at hand at once. */
const AT_HAND = 2;
const waiting: PixelTask[] = [];
let busy = 0;

parentPort?.on("message", (request: PictureThreadRequest) => {
  if ("granted" in request) {
    granted.get(request.granted)?.();
    granted.delete(request.granted);
  } else if ("format" in request) {
    waiting.push(request);
    if (busy < AT_HAND) void readWaiting();
  } else {
    void readPicture(request, roomFor(request.id)).then((result) =>
      reply(
        result,
        result.pixels.map(({ buffer }) => buffer),
      ),
    );
  }
});

async function readWaiting(): Promise<void> {
  busy++;
  for (let task = waiting.shift(); task; task = waiting.shift()) {
    const result = await readPixels(task, roomFor(task.id));
    reply(result, result.bad === undefined ? [result.data.buffer] : []);
  }
  busy--;
}

/** What needs less does not ask: two for each of eight threads are 256 MB. */
const SMALL = 16 << 20;

function roomFor(id: number): (bytes: number) => Promise<void> {
  return (bytes) =>
    bytes <= SMALL
      ? Promise.resolve()
      : new Promise((resolve) => {
          granted.set(id, resolve);
          reply({ id, bytes });
        });
}
