import { utilityProcess } from "electron";
import { type Entry, entryPath } from "../base/entries.js";
import { passOn } from "../services/processes/engine-errors.js";
import type { EngineLink, ProcessLink } from "../services/processes/engine-link.js";
import { READER_OPTIONS, type ReaderLink } from "../services/processes/reader.js";

/** The engine process as Electron's own kind of child: it shares no memory with the window and ends with the application. */
export function launchUtilityProcess(): EngineLink {
  return forkUtility("engine", "Lathe engine");
}

/** The process that reads strangers' files, likewise. */
export function launchUtilityReader(): ReaderLink {
  return forkUtility("reader", "Lathe reader", READER_OPTIONS);
}

function forkUtility<Command, Reply>(entry: Entry, serviceName: string, execArgv: readonly string[] = []): ProcessLink<Command, Reply> {
  const child = utilityProcess.fork(entryPath(entry), [], { serviceName, execArgv: [...execArgv], stdio: ["ignore", "inherit", "pipe"] });
  passOn(child.stderr);
  return {
    pid: child.pid,
    send: (command) => child.postMessage(command),
    onReply: (listener) => void child.on("message", (message: unknown) => listener(message as Reply)),
    onExit: (listener) => {
      child.on("error", (type, location) => listener(`${type} at ${location}`));
      child.on("exit", (code) => listener(`exit code ${code}`));
    },
    kill: () => void child.kill(),
  };
}
