import { afterAll, expect } from "vitest";
import { hearWarnings } from "./node-warnings.js";

const heard = hearWarnings();

afterAll(async () => expect(await heard(), "Node warned").toEqual([]));
