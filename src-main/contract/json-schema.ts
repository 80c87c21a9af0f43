import { z } from "zod";
import { projectSchema } from "./project.js";

/** The JSON Schema of the project file as people write it, defaults omitted; the text of `resources/project.schema.json`. */
export function projectJsonSchema(): string {
  const schema = z.toJSONSchema(projectSchema, { io: "input" });
  return `${JSON.stringify({ title: "Lathe project", ...schema }, undefined, 1)}\n`;
}
