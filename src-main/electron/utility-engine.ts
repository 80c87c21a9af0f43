import { utilityProcess } from "electron";
import { entryPath } from "../base/entries.js";
import type { EngineReply } from "../contract/engine-messages.js";
import { passOn } from "../services/engine-errors.js";
import type { EngineLink } from "../services/engine-link.js";

/** The engine process as Electron's own kind of child: it shares no memory with the window and ends with the application. */
export function launchUtilityProcess(): EngineLink {
  const child = utilityProcess.fork(entryPath("engine"), [], { serviceName: "Lathe engine", stdio: ["ignore", "inherit", "pipe"] });
  passOn(child.stderr);
  return {
    pid: child.pid,
    send: (command) => child.postMessage(command),
    onReply: (listener) => void child.on("message", (message: unknown) => listener(message as EngineReply)),
    onExit: (listener) => {
      child.on("error", (type, location) => listener(`${type} at ${location}`));
      child.on("exit", (code) => listener(`exit code ${code}`));
    },
    kill: () => void child.kill(),
  };
}
