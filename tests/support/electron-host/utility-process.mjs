import { fork } from "node:child_process";
import { EventEmitter } from "node:events";
import { fileURLToPath } from "node:url";

const parentPort = fileURLToPath(new URL("./parent-port.mjs", import.meta.url));

class UtilityProcess extends EventEmitter {
  #child;

  constructor(path, args) {
    super();
    // The hooks of this process are not for its children.
    this.#child = fork(path, args, { serialization: "advanced", execArgv: ["--import", parentPort], stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#child.on("message", (message) => this.emit("message", message));
    this.#child.on("exit", (code) => this.emit("exit", code ?? 1));
  }

  get pid() {
    return this.#child.pid;
  }

  postMessage(message) {
    this.#child.send(message, () => undefined);
  }

  kill() {
    return this.#child.kill();
  }
}

export const utilityProcess = { fork: (path, args = []) => new UtilityProcess(path, args) };
