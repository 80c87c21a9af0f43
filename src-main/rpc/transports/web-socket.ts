import type { CloseReason } from "../transport.js";
import { TransportCore } from "../transport-core.js";
import { fromText, toText } from "./json-text.js";

/** What a browser's `WebSocket` and that of `ws` have in common. */
export interface SocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close" | "error", listener: () => void): void;
}

const open = 1;

/** RFC 6455 section 7.4: 1000 normal, 1007 inconsistent data. */
const closeCodes = { done: 1000, malformed: 1007 } as const satisfies Record<CloseReason, number>;

/**
 * A transport over an open socket, one JSON text a message.
 * @param onMalformed hears of what is not JSON text; the socket is then closed.
 */
export function createSocketTransport(socket: SocketLike, onMalformed: (reason: string) => void = () => undefined): TransportCore {
  const core = new TransportCore({
    send(message) {
      if (socket.readyState === open) socket.send(toText(message));
    },
    close: (reason) => socket.close(closeCodes[reason], reason),
  });
  socket.addEventListener("message", ({ data }) => {
    if (core.closed) return;
    try {
      if (typeof data !== "string") throw new TypeError("a message is JSON text, this one is binary");
      core.received(fromText(data));
    } catch (error) {
      onMalformed(error instanceof Error ? error.message : String(error));
      core.close("malformed");
    }
  });
  socket.addEventListener("close", () => core.ended());
  socket.addEventListener("error", () => core.close());
  return core;
}
