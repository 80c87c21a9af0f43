import { parentPort } from "node:worker_threads";
import { type PictureTask, readPicture } from "./picture-task.js";

/** A thread that decodes and resizes pictures. */
parentPort?.on("message", (task: PictureTask) => {
  void readPicture(task).then((result) => parentPort?.postMessage(result, result.pixels.map(({ buffer }) => buffer)));
});
