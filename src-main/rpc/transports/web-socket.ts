import type { CloseReason } from "../transport.js";
import { TransportCore } from "../transport-core.js";
import { fromText, toText } from "./json-text.js";

/** What a browser's `WebSocket` and that of `ws` have in common. */
export interface SocketLike {
  readonly readyState: number;
  /** Bytes that were sent and not taken yet. */
  readonly bufferedAmount: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close" | "error", listener: () => void): void;
}

const open = 1;

/** RFC 6455 section 7.4: 1000 normal, 1007 inconsistent data, 1008 against the rules. */
const closeCodes = { done: 1000, malformed: 1007, unread: 1008 } as const satisfies Record<CloseReason, number>;

export interface SocketOptions {
  /** Hears of what is not JSON text; the socket is then closed. */
  readonly onMalformed?: (reason: string) => void;
  /** Bytes that may wait for the other side to read them; whoever leaves more unread is sent nothing further. One message may be larger. */
  readonly mostUnread?: number;
  /** Hears that the other side does not read; the socket is then closed. What waits for it waits until it reads, or the socket is ended by force. */
  readonly onUnread?: (bytes: number) => void;
}

/** A transport over an open socket, one JSON text a message. */
export function createSocketTransport(socket: SocketLike, { onMalformed, mostUnread = Infinity, onUnread }: SocketOptions = {}): TransportCore {
  const core = new TransportCore({
    send(message) {
      if (socket.readyState !== open) return;
      const unread = socket.bufferedAmount;
      if (unread <= mostUnread) return socket.send(toText(message));
      core.close("unread");
      onUnread?.(unread);
    },
    close: (reason) => socket.close(closeCodes[reason], reason),
  });
  socket.addEventListener("message", ({ data }) => {
    if (core.closed) return;
    try {
      if (typeof data !== "string") throw new TypeError("a message is JSON text, this one is binary");
      core.received(fromText(data));
    } catch (error) {
      onMalformed?.(error instanceof Error ? error.message : String(error));
      core.close("malformed");
    }
  });
  socket.addEventListener("close", () => core.ended());
  socket.addEventListener("error", () => core.close());
  return core;
}
