import { TransportCore } from "../transport-core.js";
import { fromText, toText } from "./json-text.js";

/** Two ends in one process, for tests and for a host that talks to itself. Messages go through JSON, one task later, as on a real wire. */
export function createMemoryPair(): readonly [TransportCore, TransportCore] {
  const ends: TransportCore[] = [];
  const makeEnd = (other: number) =>
    new TransportCore({
      send(message) {
        const text = toText(message);
        setTimeout(() => ends[other]?.received(fromText(text)), 0);
      },
      close: () => ends[other]?.ended(),
    });
  const pair = [makeEnd(1), makeEnd(0)] as const;
  ends.push(...pair);
  return pair;
}
