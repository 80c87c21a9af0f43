/** How many events one delivery carries at most, so that a long backlog does not become one huge message. */
const batchSize = 256;

export interface EventQueueOptions<E> {
  /** Hands a batch to the subscriber; settles when it has taken it. */
  deliver(events: readonly E[]): Promise<unknown>;
  /** As `Stream.supersedes`. */
  supersedes(event: E): string | undefined;
  /** The backlog beyond which the subscriber counts as lost. */
  limit: number;
  onOverflow(): void;
}

/**
 * Events waiting for one subscriber. One batch is on its way at a time: while the subscriber is slow, what a later event makes worthless is dropped
 * and the rest waits, so memory is bounded by what must arrive.
 */
export class EventQueue<E> {
  readonly #waiting = new Map<string | number, E>();
  readonly #idle: (() => void)[] = [];
  #next = 0;
  #delivering = false;
  #closed = false;

  constructor(private readonly options: EventQueueOptions<E>) {}

  get waiting(): number {
    return this.#waiting.size;
  }

  push(event: E): void {
    if (this.#closed) return;
    const key = this.options.supersedes(event) ?? this.#next++;
    // Deleted first, so that the newer event takes its place at the end: order among those that arrive is kept.
    this.#waiting.delete(key);
    this.#waiting.set(key, event);
    if (this.#waiting.size > this.options.limit) {
      this.close();
      this.options.onOverflow();
      return;
    }
    if (!this.#delivering) void this.#pump();
  }

  /** Settles when everything was delivered, or the queue was closed. */
  drained(): Promise<void> {
    if (!this.#delivering) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#settle();
  }

  async #pump(): Promise<void> {
    this.#delivering = true;
    try {
      // Events that come in the same turn share a batch.
      await Promise.resolve();
      while (this.#waiting.size > 0) {
        const batch: E[] = [];
        for (const [key, event] of this.#waiting) {
          if (batch.length === batchSize) break;
          batch.push(event);
          this.#waiting.delete(key);
        }
        await this.options.deliver(batch);
      }
    } catch {
      // Delivery fails only when the connection is gone; the server lets go of its subscriptions then.
      this.close();
    } finally {
      this.#delivering = false;
      this.#settle();
    }
  }

  #settle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
