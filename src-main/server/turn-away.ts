import type { Duplex } from "node:stream";

/** Milliseconds that whoever was turned away may take to read why. */
const GRACE = 1000;

/**
 * Answers on a bare socket and ends it: our half at once, the whole when the other side has ended its own or the time is up. A socket of `node:http` may stay
 * half open for ever, and whoever is turned away need not be so kind as to close it.
 */
export function turnAway(socket: Duplex, status: number, body = ""): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), GRACE);
  timer.unref();
  const destroy = () => void socket.destroy();
  socket
    .on("error", destroy)
    .on("end", destroy)
    .on("close", () => clearTimeout(timer));
  socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
  // What it still sends is not kept; unread it would cut our answer off (RFC 9112 section 9.6).
  socket.resume();
}
