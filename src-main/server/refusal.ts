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

/** One line on stderr; stdout belongs to the command line's JSON. What a stranger sent is quoted and shown: it cannot forge lines, nor command a terminal. */
export function logToStderr({ time, error, status, request }: Refusal): void {
  process.stderr.write(`${new Date(time).toISOString()} refused ${status || "rpc"} ${quote(request.slice(0, 200))}: ${quote(error.message.slice(0, 500))}\n`);
}

function quote(text: string): string {
  return visible(JSON.stringify(text));
}

/** The same typed error to a program, the same sentence to a person, on a page of its own. */
export function respondRefused(response: ServerResponse, status: number, error: LatheError, html: boolean): void {
  const body = html ? pageFor(error.message) : JSON.stringify({ error: error.toRecord() });
  response.writeHead(status, { "Content-Type": html ? "text/html; charset=utf-8" : "application/json", "Content-Length": Buffer.byteLength(body), Connection: "close" });
  response.end(body);
}

function pageFor(message: string): string {
  const shown = visible(message).replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Lathe</title>
<style>body { max-width: 40rem; margin: 20vh auto; padding: 0 2rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere } p::first-letter { text-transform: uppercase }</style>
<main><h1>Lathe</h1><p>${shown}</p></main>
</html>
`;
}
