import type { ServerResponse } from "node:http";
import { type LatheError } from "../base/errors.js";
import { visible } from "../base/visible.mjs";

/** A request that was turned down, for the log. */
export interface Refusal {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly error: LatheError;
  /** HTTP status, or 0 for a message on an open socket. */
  readonly status: number;
  /** Method and path, without the query: it may hold the token. Or the procedure. */
  readonly request: string;
}

export type LogRefusal = (refusal: Refusal) => void;

/** Milliseconds in which refusals of one kind take one line, and at the end another that counts the rest. */
const together = 10_000;

/**
 * Lines on stderr; stdout belongs to the command line's JSON. What a stranger sent is quoted and shown: it cannot forge lines, nor command a terminal, and a
 * flood of it is told by its first line and by how many came after.
 * @param write where lines go. @param later does something after so many milliseconds.
 */
export function createRefusalLog(
  write: (line: string) => void = (line) => void process.stderr.write(line),
  later: (job: () => void, milliseconds: number) => void = (job, milliseconds) => void setTimeout(job, milliseconds).unref(),
): LogRefusal {
  /** By kind, how many came after the one that was told. */
  const untold = new Map<string, number>();
  return ({ time, error, status, request }) => {
    const kind = `${status || "rpc"} ${error.code}`;
    const more = untold.get(kind);
    if (more !== undefined) return void untold.set(kind, more + 1);
    untold.set(kind, 0);
    write(`${new Date(time).toISOString()} refused ${status || "rpc"} ${quote(request.slice(0, 200))}: ${quote(error.message.slice(0, 500))}\n`);
    later(() => {
      const count = untold.get(kind) ?? 0;
      untold.delete(kind);
      const told = `refused ${status || "rpc"}: ${count.toLocaleString("en")} more of this kind (${error.code}) in ${together / 1000} s`;
      if (count > 0) write(`${new Date(time + together).toISOString()} ${told}\n`);
    }, together);
  };
}

function quote(text: string): string {
  return visible(JSON.stringify(text));
}

/** The same typed error to a program, the same sentence to a person, on a page of its own. */
export function respondRefused(response: ServerResponse, status: number, error: LatheError, html: boolean): void {
  const body = html ? pageFor(error.message) : JSON.stringify({ error: error.toRecord() });
  response.writeHead(status, {
    "Content-Type": html ? "text/html; charset=utf-8" : "application/json",
    "Content-Length": Buffer.byteLength(body),
    Connection: "close",
  });
  response.end(body);
}

function pageFor(message: string): string {
  const shown = visible(message).replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return (
    `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Lathe</title>
<style>body { max-width: 40rem; margin: 20vh auto; padding: 0 2rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere } p::first-letter { ` +
    `text-transform: uppercase }</style>
<main><h1>Lathe</h1><p>${shown}</p></main>
</html>
`
  );
}
