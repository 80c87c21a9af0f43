import { expect, it } from "vitest";
import { LatheError } from "../../../src-main/base/errors.js";
import { createRefusalLog } from "../../../src-main/server/refusal.js";

it("a flood of refusals is told by the first of each kind, and by how many came after it", () => {
  const lines: string[] = [];
  const jobs: (() => void)[] = [];
  const log = createRefusalLog(
    (line) => lines.push(line),
    (job) => jobs.push(job),
  );
  const refuse = (status: number, message: string) => log({ time: 0, status, request: "GET /\u001b[2J", error: new LatheError("rpc.refused", message) });
  for (let i = 0; i < 2016; i++) refuse(401, `no token ${i}`);
  refuse(403, "another site");
  expect(lines).toEqual([
    '1970-01-01T00:00:00.000Z refused 401 "GET /\\u001b[2J": "no token 0"\n',
    '1970-01-01T00:00:00.000Z refused 403 "GET /\\u001b[2J": "another site"\n',
  ]);
  for (const job of jobs.splice(0)) job();
  expect(lines.slice(2)).toEqual(["1970-01-01T00:00:10.000Z refused 401: 2,015 more of this kind (rpc.refused) in 10 s\n"]);
  refuse(401, "later");
  expect(lines).toHaveLength(4);
});
