import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../src-main/base/random.js";
import { Judge, type Place } from "./kind.js";
import { kinds } from "./kinds/index.js";
import type { Told, Wanted } from "./watch.js";

// The process that reads spoilt inputs, one after the other, and may end of it; `watch.ts` looks on.

const wanted = JSON.parse(process.argv[2] ?? "") as Wanted;
const tell = (told: Told) => process.send?.(told);

// What nobody awaits would end a server.
let strays: string[] = [];
const stray = (how: string) => (thrown: unknown) => strays.push(`${how}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
process.on("unhandledRejection", stray("a rejection that nobody handles"));
process.on("uncaughtException", stray("an exception that nobody catches"));
process.on("warning", stray("a warning of Node"));
process.on("disconnect", () => process.exit(1));

const kind = kinds.get(wanted.kind);
const temporary = join(wanted.place.root, "tmp");
mkdirSync(temporary, { recursive: true });
const subject = await kind.open(wanted.place satisfies Place);
for (let number = wanted.first; number < wanted.first + wanted.count; number++) {
  tell({ event: "begin", number });
  strays = [];
  const judge = new Judge((what) => tell({ event: "note", what }));
  const start = performance.now();
  try {
    await subject.feed(new Random("fuzz", wanted.seed, kind.name, number), judge);
  } catch (thrown) {
    judge.fault(`the fuzzer itself failed: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
  }
  // What was let loose may still be on its way.
  await new Promise<void>((resolve) => setImmediate(resolve));
  for (const what of strays) judge.fault(what);
  tell({ event: "end", number, faults: judge.faults, peak: process.resourceUsage().maxRSS / 1024, seconds: (performance.now() - start) / 1000 });
}
await subject.close();
rmSync(temporary, { recursive: true, force: true });
process.send?.({ event: "done" } satisfies Told, undefined, undefined, () => process.exit(0));
