import type { MessagePortMain } from "electron";
import type { PortLike } from "../rpc/transports/message-port.js";

/** Electron's main-process port in the shape of all others. */
export function adaptPort(port: MessagePortMain): PortLike {
  return {
    postMessage: (message) => port.postMessage(message),
    addEventListener(type: "message" | "close", listener: (event: { readonly data: unknown }) => void) {
      if (type === "message") port.on("message", ({ data }) => listener({ data }));
      else port.on("close", () => listener({ data: undefined }));
    },
    start: () => port.start(),
    close: () => port.close(),
  };
}
