import { EventEmitter } from "node:events";

// In a utility process Electron gives `process.parentPort` in place of Node's IPC.
const port = new EventEmitter();
const send = process.send.bind(process);
port.postMessage = (message) => void send(message);
// As Electron's, it keeps what comes until somebody listens.
port.once("newListener", () => process.on("message", (data) => port.emit("message", { data, ports: [] })));
process.on("disconnect", () => process.exit(1));
process.send = undefined;
process.parentPort = port;
