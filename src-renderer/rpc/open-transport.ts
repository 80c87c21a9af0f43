import { LatheError } from "../../src-main/base/errors.js";
import { portMessage } from "../../src-main/contract/page.js";
import type { Transport } from "../../src-main/rpc/transport.js";
import { createPortTransport } from "../../src-main/rpc/transports/message-port.js";
import { createSocketTransport } from "../../src-main/rpc/transports/web-socket.js";

/** Addresses that `lathe serve` answers to. */
const served = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Whether the page is in a browser, and not in a desktop window. Known before the host has said anything. */
export function inBrowser(): boolean {
  return served.has(location.hostname);
}

/** In a browser we were loaded from the server to speak to, on this machine; anywhere else the host's preload script hands over a port. */
export function openTransport(): Promise<Transport> {
  return inBrowser() ? openSocket() : receivePort();
}

function openSocket(): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const address = new URL("rpc", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    socket.addEventListener("open", () => resolve(createSocketTransport(socket)), { once: true });
    socket.addEventListener("error", () => void whyNot().then(reject), { once: true });
  });
}

/** A socket does not say why it was refused; the page's own address does. */
async function whyNot(): Promise<LatheError> {
  const status = await fetch(".", { method: "HEAD" }).then(
    (answer) => answer.status,
    () => undefined,
  );
  if (status === 401 || status === 403)
    return new LatheError("rpc.refused", "this window's address is not, or no longer, the server's; open the link that lathe serve printed last");
  return new LatheError(
    "rpc.closed",
    status === undefined ? "Lathe's server does not answer" : "Lathe's server answers, but takes no further window; close some of the others",
  );
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
