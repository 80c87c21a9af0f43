import { afterAll, expect } from "vitest";
import { hearWarnings } from "./node-warnings.js";

const warnings = hearWarnings();

afterAll(async () => {
  const heard = await warnings.take();
  // The process may go on to another file, which listens for itself.
  warnings.end();
  expect(heard, "Node warned").toEqual([]);
});
