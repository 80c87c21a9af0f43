import { LatheError } from "../../src-main/base/errors.js";
import { portMessage } from "../../src-main/contract/window.js";
import type { Transport } from "../../src-main/rpc/transport.js";
import { createPortTransport } from "../../src-main/rpc/transports/message-port.js";
import { createSocketTransport } from "../../src-main/rpc/transports/web-socket.js";

/** Under Electron the preload script hands over a port; in a browser we were loaded from the server to speak to. */
export function openTransport(): Promise<Transport> {
  return /^https?:$/.test(location.protocol) ? openSocket() : receivePort();
}

function openSocket(): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/rpc`);
    socket.addEventListener("open", () => resolve(createSocketTransport(socket)), { once: true });
    socket.addEventListener("error", () => reject(new LatheError("rpc.closed", "Lathe's server does not answer")), { once: true });
  });
}

function receivePort(): Promise<Transport> {
  return new Promise((resolve) => {
    function receive(event: MessageEvent<unknown>): void {
      const [port] = event.ports;
      if (event.source !== window || event.data !== portMessage || !port) return;
      window.removeEventListener("message", receive);
      resolve(createPortTransport(port));
    }
    window.addEventListener("message", receive);
  });
}
