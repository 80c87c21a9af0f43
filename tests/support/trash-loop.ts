import { restoreRuns, trashRuns } from "../../src-main/services/runs/run-trash.js";

/** A program for tests: deletes and restores runs until it is killed, and says each time what it has done. */
const [project = "", ...runs] = process.argv.slice(2);
for (;;) {
  await trashRuns(project, runs, () => false);
  process.stdout.write('{"event":"trashed"}\n');
  await restoreRuns(project, runs);
  process.stdout.write('{"event":"restored"}\n');
}
