import { Worker } from "node:worker_threads";

/** Milliseconds between looks, and for how long a process without a parent may continue: it keeps what it learnt in that time, where its thread is free to. */
const [EVERY, GRACE] = [500, 4000];

/**
 * Ends this process some seconds after its parent has gone, whatever its own thread does: `session.run` blocks that one, for ever where a model never ends, and
 * no event reaches it meanwhile. The watch is a thread of its own. A child whose parent has gone is given another parent; where the system does not do so
 * (Windows), the parent's id is nobody's.
 * @param memory bytes beyond which it ends at once; those of native code count, for which nobody else looks.
 */
export function endWithParent({ memory = Infinity }: { readonly memory?: number } = {}): void {
  new Worker(WATCH, {
    eval: true,
    workerData: { parent: process.ppid, every: EVERY, grace: GRACE, memory },
    stdin: false,
    stdout: false,
    stderr: false,
  }).unref();
}

const WATCH = `
const { parent, every, grace, memory } = require("node:worker_threads").workerData;
let alone;
const isThere = () => {
  if (process.ppid !== parent) return false;
  try {
    return process.kill(parent, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
};
setInterval(() => {
  if (process.memoryUsage.rss() > memory) process.kill(process.pid, "SIGKILL");
  if (isThere()) alone = undefined;
  else if (alone === undefined) alone = performance.now();
  else if (performance.now() - alone >= grace) process.kill(process.pid, "SIGKILL");
}, every);
`;
