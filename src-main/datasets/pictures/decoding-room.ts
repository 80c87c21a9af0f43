import { LatheError } from "../../base/errors.js";

/** Bytes that all decoding of a process may take at once. One picture of the largest there are takes more, and is then the only large one. */
const ROOM = 512 << 20;
/** The share kept for small pictures, so that they need not wait until large ones are done. */
const FOR_SMALL = 1 / 8;

/** Room in memory, of which everyone takes what a picture needs before it is decoded. Small ones go first. */
export class DecodingRoom {
  readonly #waiting: { readonly bytes: number; readonly begin: () => void }[] = [];
  readonly #size: number;
  #free: number;

  constructor(size = ROOM) {
    this.#size = size;
    this.#free = size;
  }

  /**
   * Waits for room.
   * @param bytes what is needed; who needs more than there is gets what there is but the part for small ones.
   * @returns gives it back; to be called once.
   * @throws LatheError `cancelled`
   */
  async take(bytes: number, signal?: AbortSignal): Promise<() => void> {
    const wanted = Math.min(bytes, this.#size * (1 - FOR_SMALL));
    const cancelled = () => new LatheError("cancelled", "the picture is no longer asked for");
    if (signal?.aborted) throw cancelled();
    if (wanted > this.#free || this.#waiting.length > 0) {
      await new Promise<void>((resolve, reject) => {
        const giveUp = () => {
          this.#waiting.splice(this.#waiting.indexOf(entry), 1);
          reject(cancelled());
        };
        const entry = {
          bytes: wanted,
          begin: () => {
            signal?.removeEventListener("abort", giveUp);
            resolve();
          },
        };
        signal?.addEventListener("abort", giveUp, { once: true });
        this.#waiting.push(entry);
        this.#waiting.sort((a, b) => a.bytes - b.bytes);
        this.#admit();
      });
    } else this.#free -= wanted;
    return () => {
      this.#free += wanted;
      this.#admit();
    };
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first && first.bytes <= this.#free; first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= first.bytes;
      first.begin();
    }
  }
}
