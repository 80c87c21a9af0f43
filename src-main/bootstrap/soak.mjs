import { join } from "node:path";
import { prepare, root, runTool, say } from "./shared.mjs";

/** Kills commands at random moments: `npm run soak`, `npm run soak 200`, `npm run soak 60 <seed>`. */
await prepare();
const [kills = "60", seed = String(Date.now())] = process.argv.slice(2);
say(`${kills} kills, seed ${seed}`);
const { code } = await runTool("vitest", ["run", join(root, "tests", "journeys", "killed.test.ts")], { env: { LATHE_KILLS: kills, LATHE_SEED: seed } });
say("a stranger's project, each of its paths in turn a link, a pipe or a folder");
const hostile = await runTool("vitest", ["run", join(root, "tests", "journeys", "hostile-project.test.ts")], { env: { LATHE_HOSTILE: "all" } });
say("every sample on both engines");
const samples = await runTool("vitest", ["run", join(root, "tests", "engines", "tensorflow", "samples.test.ts")], { env: { LATHE_SAMPLES: "all" } });
process.exitCode = code || hostile.code || samples.code;
