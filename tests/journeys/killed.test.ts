import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Random } from "../../src-main/base/random.js";
import { type Killed, KINDS, PHASES, openKills } from "../support/kills.js";

/** Every other phase, half of them of pictures; which, the seed says. `npm run soak` asks for more. */
const KILLS = Number(process.env["LATHE_KILLS"] ?? PHASES.length / 2);
const SEED = Number(process.env["LATHE_SEED"] ?? Date.now());

test(
  `${KILLS} commands that are killed at random moments lose nothing, lock nothing and end in the same bytes (seed ${SEED})`,
  async () => {
    console.log(`killed at random moments: seed ${SEED}; the same moments again with LATHE_SEED=${SEED}`);
    const folder = mkdtempSync(join(tmpdir(), "lathe-kills-"));
    const random = new Random(SEED, "kills");
    const { kill, close } = await openKills(folder, random);
    try {
      const killed: Killed[] = [];
      // Each phase once in two rounds, of a table and of pictures in turn; a command that was quicker than the blow is tried again.
      for (let attempt = 0; killed.filter(({ hit }) => hit).length < KILLS; attempt++) {
        expect(attempt, "commands end before they are killed").toBeLessThan(KILLS * 4 + 10);
        const turn = SEED + attempt;
        const [phase, kind] = [PHASES[(2 * turn + Math.floor((2 * turn) / PHASES.length)) % PHASES.length]!, KINDS[attempt % KINDS.length]!];
        const one = await kill(phase, kind);
        killed.push(one);
        if (KILLS > PHASES.length)
          console.log(
            `${one.hit ? "killed" : "too late"}: ${phase} ` +
              `of ${kind === "table" ? "a table" : "pictures"}, ${one.moment}${one.leftovers.length > 0 ? `; left: ${one.leftovers.join(", ")}` : ""}`,
          );
      }
      const hits = killed.filter(({ hit }) => hit);
      const by = PHASES.map((phase) => `${phase} ${hits.filter((one) => one.phase === phase).length}`);
      console.log(
        `${hits.length} kills (${by.join(", ")}), ${killed.length - hits.length} too ` +
          `late; ${hits.filter(({ leftovers }) => leftovers.length > 0).length} left a temporary file`,
      );
    } finally {
      close();
      rmSync(folder, { recursive: true, force: true });
    }
    // A kill and its recovery take about three seconds on two idle processors; a machine that is busy with much else takes more than ten times as long.
  },
  300_000 + KILLS * 90_000,
);
