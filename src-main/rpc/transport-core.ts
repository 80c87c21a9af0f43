import { Listeners, toDisposable, type Disposable } from "../base/disposable.js";
import { LatheError } from "../base/errors.js";
import type { CloseReason, Transport } from "./transport.js";

interface Wire {
  send(message: unknown): void;
  close(reason: CloseReason): void;
}

/** What all transports share: listeners, messages kept for the first of them, closing once. */
export class TransportCore implements Transport {
  readonly #messages = new Listeners<unknown>();
  readonly #closes = new Listeners<void>();
  readonly #early: unknown[] = [];
  #closed = false;

  constructor(private readonly wire: Wire) {}

  get closed(): boolean {
    return this.#closed;
  }

  /** How many listen; tests of leaks ask. */
  get listeners(): number {
    return this.#messages.size + this.#closes.size;
  }

  send(message: unknown): void {
    if (this.#closed) throw new LatheError("rpc.closed", "the connection to Lathe is closed");
    this.wire.send(message);
  }

  onMessage(listener: (message: unknown) => void): Disposable {
    const registration = this.#messages.on(listener);
    for (const message of this.#early.splice(0)) this.#messages.fire(message);
    return registration;
  }

  onClose(listener: () => void): Disposable {
    if (!this.#closed) return this.#closes.on(listener);
    listener();
    return toDisposable(() => undefined);
  }

  close(reason: CloseReason = "done"): void {
    if (this.#closed) return;
    this.ended();
    this.wire.close(reason);
  }

  /** The wire brought a message. */
  received(message: unknown): void {
    if (this.#closed) return;
    if (this.#messages.size > 0) this.#messages.fire(message);
    else this.#early.push(message);
  }

  /** The wire is gone. */
  ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#early.length = 0;
    this.#closes.fire();
  }
}
