import { effectScope } from "vue";
import { describe, expect, it, onTestFinished } from "vitest";
import { LatheError } from "../../../src-main/base/errors.js";
import type { RowsPage } from "../../../src-main/contract/table-views.js";
import { createRowPages, type RowPages, type RowsHost } from "../../../src-renderer/fetching/row-pages.js";

interface Asked {
  readonly offset: number;
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
  answer(): void;
  refuse(error: Error): void;
}

/** A host with a table of `total` rows, that answers when it is told to. */
function host(total: number): { readonly pages: RowPages; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const rows: RowsHost["procedures"]["data"]["rows"] = ({ offset, limit, sort }, options) =>
    new Promise<RowsPage>((resolve, reject) => {
      asked.push({
        offset,
        limit,
        signal: options?.signal,
        refuse: reject,
        answer: () =>
          resolve({
            columns: ["n"],
            total,
            rows: Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => {
              const row = sort?.descending === true ? total - offset - i : offset + i + 1;
              return { row, cells: [String(row)] };
            }),
          }),
      });
    });
  const client: RowsHost = { procedures: { data: { rows } }, onState: () => ({ dispose: () => undefined }) };
  const scope = effectScope();
  onTestFinished(() => scope.stop());
  const pages = scope.run(() => createRowPages(client));
  if (!pages) throw new Error("no scope");
  return { pages, asked };
}

const view = { project: "/p", filters: [], sort: undefined };
const settle = () => new Promise((resolve) => setTimeout(resolve));

describe("pages of rows", () => {
  it("come as they are looked at", async () => {
    const { pages, asked } = host(1_000_000);
    pages.show(view);
    asked[0]?.answer();
    await settle();
    expect(pages.total.value).toBe(1_000_000);
    expect(pages.row(5)?.row).toBe(6);
    expect(pages.row(999_999)).toBeUndefined();
    pages.want(999_970, 999_999);
    await expect.poll(() => asked).toHaveLength(2);
    expect(asked[1]?.offset).toBe(999_900);
    asked[1]?.answer();
    await settle();
    expect(pages.row(999_999)?.row).toBe(1_000_000);
  });

  it("that were scrolled past are no longer waited for", async () => {
    const { pages, asked } = host(10_000);
    pages.show(view);
    asked[0]?.answer();
    await settle();
    pages.want(5_000, 5_020);
    await expect.poll(() => asked).toHaveLength(2);
    pages.want(9_000, 9_020);
    await expect.poll(() => asked).toHaveLength(3);
    expect(asked[1]?.signal?.aborted).toBe(true);
    expect(asked[2]?.signal?.aborted).toBe(false);
  });

  it("of another order replace those shown only when they are there; a late answer to the old one is dropped", async () => {
    const { pages, asked } = host(300);
    pages.show(view);
    asked[0]?.answer();
    await settle();
    pages.show({ ...view, filters: [{ kind: "text", text: "7" }] });
    pages.show({ ...view, sort: { column: "n", descending: true } });
    expect(pages.row(0)?.row).toBe(1);
    asked[1]?.refuse(new LatheError("data.unreadable", "late"));
    await settle();
    expect(pages.error.value).toBeUndefined();
    asked[2]?.answer();
    await settle();
    expect(pages.row(0)?.row).toBe(300);
    // The same for a late answer that is no error.
    pages.show({ ...view, filters: [{ kind: "text", text: "7" }] });
    pages.show(view);
    asked[4]?.answer();
    await settle();
    asked[3]?.answer();
    await settle();
    expect(pages.row(0)?.row).toBe(1);
  });

  it("say why they cannot be fetched, and are fetched again", async () => {
    const { pages, asked } = host(300);
    pages.show(view);
    asked[0]?.refuse(new LatheError("data.missing", "there is no file"));
    await settle();
    expect(pages.error.value?.code).toBe("data.missing");
    pages.refresh();
    asked[1]?.answer();
    await settle();
    expect(pages.error.value).toBeUndefined();
    expect(pages.total.value).toBe(300);
  });
});
