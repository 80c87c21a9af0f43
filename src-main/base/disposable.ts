/** Something to be let go of once; a second `dispose` does nothing. */
export interface Disposable {
  dispose(): void;
}

export function toDisposable(release: () => void): Disposable {
  let released = false;
  return {
    dispose() {
      if (released) return;
      released = true;
      release();
    },
  };
}

/** Several disposables let go of together, last first; what is added after that is let go of at once. */
export class DisposableStore implements Disposable {
  readonly #items: Disposable[] = [];
  #disposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.push(item);
    return item;
  }

  dispose(): void {
    this.#disposed = true;
    for (const item of this.#items.splice(0).reverse()) item.dispose();
  }
}

/** What may take a while to let go of: a thread, a session, or something that is let go of at once. */
interface Releasable {
  dispose(): void | Promise<void>;
}

/** The same for what takes a while: one after the other, last first, each whatever became of the one before. */
export class AsyncDisposableStore {
  readonly #items: Releasable[] = [];

  add<T extends Releasable>(item: T): T {
    this.#items.push(item);
    return item;
  }

  /** Adds something that is let go of after all others, whenever they were added: a lock. */
  addLast<T extends Releasable>(item: T): T {
    this.#items.unshift(item);
    return item;
  }

  /** @param failed told of each that could not be let go of. That decides nothing: what was done before is done. */
  async dispose(failed: (thrown: unknown) => void = () => undefined): Promise<void> {
    for (const item of this.#items.splice(0).reverse()) {
      try {
        await item.dispose();
      } catch (thrown) {
        failed(thrown);
      }
    }
  }
}

/** A list of listeners. Firing calls those that were there when it began, so a listener may leave while it is called. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** How many listen; tests of leaks ask. */
  get size(): number {
    return this.#listeners.size;
  }

  on(listener: (value: T) => void): Disposable {
    const own = (value: T) => listener(value);
    this.#listeners.add(own);
    return toDisposable(() => this.#listeners.delete(own));
  }

  fire(value: T): void {
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener(value);
  }
}
