import { EventEmitter } from "node:events";

/** One end of a channel in main. Messages wait until it is started, as Electron's do. */
class MessagePortMain extends EventEmitter {
  other;
  #started = false;
  #closed = false;
  #waiting = [];

  postMessage(message) {
    // JSON stands in for the structured clone.
    const copy = JSON.parse(JSON.stringify(message));
    queueMicrotask(() => this.other.receive(copy));
  }

  receive(data) {
    if (this.#closed) return;
    if (this.#started) this.emit("message", { data, ports: [] });
    else this.#waiting.push(data);
  }

  start() {
    this.#started = true;
    for (const data of this.#waiting.splice(0)) this.emit("message", { data, ports: [] });
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.emit("close");
    this.other.close();
  }
}

export class MessageChannelMain {
  port1 = new MessagePortMain();
  port2 = new MessagePortMain();

  constructor() {
    this.port1.other = this.port2;
    this.port2.other = this.port1;
  }
}
