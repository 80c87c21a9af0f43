import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../base/entries.js";
import { projectJsonSchema } from "../contract/json-schema.js";

// Writes the JSON Schema of the project file, for editors and other programs; `npm run build` runs this.
writeFileSync(join(packageRoot, "resources", "project.schema.json"), projectJsonSchema());
