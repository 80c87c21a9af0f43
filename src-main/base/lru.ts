/** The entries used last; with one too many, those used longest ago go. The newest always stays. */
export class Lru<K, V> {
  /** In the order of their last use. */
  readonly #entries = new Map<K, V>();
  #size = 0;

  /** @param most entries, or whatever `sizeOf` counts: bytes, say. */
  constructor(
    private readonly most: number,
    private readonly sizeOf: (value: V) => number = () => 1,
  ) {}

  /** What is kept under a key, which counts as a use. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Keeps a value in the place of the key's last. @returns what had to go for it, for those who close or remove it */
  set(key: K, value: V): readonly V[] {
    this.delete(key);
    this.#entries.set(key, value);
    this.#size += this.sizeOf(value);
    const gone: V[] = [];
    for (const [oldest, other] of this.#entries) {
      if (this.#size <= this.most || oldest === key) break;
      this.delete(oldest);
      gone.push(other);
    }
    return gone;
  }

  /** @param only removes nothing where by now another value is kept. */
  delete(key: K, only?: V): void {
    const value = this.#entries.get(key);
    if (value === undefined || (only !== undefined && only !== value)) return;
    this.#entries.delete(key);
    this.#size -= this.sizeOf(value);
  }

  values(): readonly V[] {
    return [...this.#entries.values()];
  }

  clear(): void {
    this.#entries.clear();
    this.#size = 0;
  }
}
