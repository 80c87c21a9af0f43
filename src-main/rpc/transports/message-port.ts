import { TransportCore } from "../transport-core.js";

/** What the message ports of browsers, of Node's workers and (adapted) of Electron have in common. */
export interface PortLike {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: () => void): void;
  start(): void;
  close(): void;
}

/** A transport over one end of a message channel; messages are cloned, not turned into text. */
export function createPortTransport(port: PortLike): TransportCore {
  const core = new TransportCore({ send: (message) => port.postMessage(message), close: () => port.close() });
  port.addEventListener("message", ({ data }) => core.received(data));
  port.addEventListener("close", () => core.ended());
  port.start();
  return core;
}
