import type { Disposable } from "../base/disposable.js";

/**
 * A two-way pipe of messages in order. Messages are JSON values and bytes (Uint8Array) in them: a transport may pass them as text or by structured clone.
 */
export interface Transport {
  /** @throws LatheError `rpc.closed` */
  send(message: unknown): void;
  /** Messages that came before the first listener are kept for it. */
  onMessage(listener: (message: unknown) => void): Disposable;
  /** Fires once, whichever side closed; at once where it is closed already. */
  onClose(listener: () => void): Disposable;
  /** @param reason one of the codes below, for transports that can tell the other side. */
  close(reason?: CloseReason): void;
}

export type CloseReason = "done" | "malformed" | "unread";
