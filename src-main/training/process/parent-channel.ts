import { LatheError } from "../../base/errors.js";

/** How a process of Lathe's own speaks with the one that started it. */
export interface ParentChannel<Command, Reply> {
  send(reply: Reply, sent?: () => void): void;
  onCommand(listener: (command: Command) => void): void;
  onClose(listener: () => void): void;
}

/** Electron's `parentPort` in a utility process. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: "message", listener: (message: { readonly data: unknown }) => void): void;
}

/** The way to the parent: IPC of a child process, or Electron's port in a utility process. @throws LatheError `usage` where there is none */
export function openChannel<Command, Reply>(): ParentChannel<Command, Reply> {
  const port = (process as { readonly parentPort?: ParentPort }).parentPort;
  if (port) {
    return {
      // Electron delivers what was posted before a normal exit; the timer lets it leave first.
      send: (reply, sent) => {
        port.postMessage(reply);
        if (sent) setTimeout(sent, 50);
      },
      onCommand: (listener) => port.on("message", ({ data }) => listener(data as Command)),
      onClose: () => undefined,
    };
  }
  const send = process.send?.bind(process);
  if (!send) throw new LatheError("usage", "this program is started by Lathe, not by hand");
  return {
    send: (reply, sent) => void send(reply, undefined, undefined, () => sent?.()),
    onCommand: (listener) => void process.on("message", (message) => listener(message as Command)),
    onClose: (listener) => void process.on("disconnect", listener),
  };
}
