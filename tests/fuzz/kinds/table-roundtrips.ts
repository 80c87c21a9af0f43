import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PythonPeer, findPython } from "../../support/python.js";
import type { Kind } from "../kind.js";
import { randomTable, type Table } from "../roundtrips/table.js";
import { randomLayout, writeCanonical, writeTableFile } from "../roundtrips/table-file.js";
import { TableJourney } from "../roundtrips/table-journey.js";

const python = findPython("numpy", "onnxruntime");

/**
 * Tables as people have them, in any spelling and file, through new, inspect, train, predict, evaluate and export: each row and column is used or told, and the
 * same values have the same answers in every file, and in Python.
 */
export const tableRoundtrips: Kind = {
  name: "table-roundtrips",
  quick: 6,
  bound: 120,
  memory: 2500,
  ...(python === undefined ? { omits: "the exported models in Python: no python3 with onnxruntime and numpy (LATHE_PYTHON may name one)" } : {}),
  open(place) {
    const peer = python === undefined ? undefined : new PythonPeer(python, "model_peer.py");
    return Promise.resolve({
      async feed(random, judge) {
        const plainly = random.below(12) === 0;
        const drawn = randomTable(random, plainly);
        const alike = new Set(drawn.columns.map(({ name }) => name.toLowerCase())).size < drawn.columns.length;
        const layout = randomLayout(random, { plain: plainly, alike });
        const named = layout.named || drawn.columns.length < 3 ? { ...layout, named: true } : layout;
        const folder = mkdtempSync(join(place.root, "round-"));
        const table = named.named ? drawn : numbered(drawn);
        const file = await writeTableFile(random, table, named, folder, "table");
        judge.note(
          `${table.rows} rows, ${table.columns.map(({ name, kind, unit = "" }) => `${name} (${kind} ${unit})`).join(", ")} in ${file.what}, ${file.path}`,
        );
        const journey = new TableJourney(folder, table, file, judge);
        await journey.create(named.named && random.below(2) === 0 ? table.target.name : undefined);
        await journey.inspect();
        await journey.train();
        const answers = await journey.predict(file.path);
        const plain = join(folder, "plain.csv");
        writeCanonical(
          table,
          table.columns.map(({ name }) => name),
          plain,
        );
        journey.same("in the plainest spelling", answers, await journey.predict(plain));
        const other = await writeTableFile(random, table, randomLayout(random, { named: true, alike }), folder, "other");
        judge.note(`once more in ${other.what}`);
        const others = await journey.predict(other.path);
        new TableJourney(folder, table, other, judge).same(`in ${other.what}`, answers, others);
        await journey.evaluate(other.path);
        if (peer) await journey.inPython(peer, answers);
        rmSync(folder, { recursive: true, force: true });
      },
      close() {
        peer?.close();
        return Promise.resolve();
      },
    });
  },
};

/** The same table as it is called where nothing names its columns. */
function numbered(table: Table): Table {
  const columns = table.columns.map((column, k) => ({ ...column, name: `column${k + 1}` }));
  return { ...table, columns, target: columns.at(-1) ?? table.target };
}
