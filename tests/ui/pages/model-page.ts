import { expect, type Locator, type Page } from "@playwright/test";
import { openAt } from "../studio-page.js";

/** A layer to be built by hand. */
export interface HandLayer {
  readonly type: string;
  /** By the names that the form shows: `{ "Out features": "16" }`. */
  readonly options?: Readonly<Record<string, string>>;
}

/** The Model screen as a person sees it. */
export class ModelPage {
  readonly graph: Locator;
  readonly palette: Locator;
  readonly inspector: Locator;
  readonly totals: Locator;
  readonly empty: Locator;
  readonly source: Locator;
  readonly addDialog: Locator;

  constructor(readonly page: Page) {
    this.graph = page.getByRole("region", { name: "Network", exact: true });
    this.palette = page.getByRole("region", { name: "Layers and presets", exact: true });
    this.inspector = page.getByRole("region", { name: "Inspector", exact: true });
    this.totals = page.getByRole("region", { name: "The whole network" });
    this.empty = page.getByRole("region", { name: "No layers yet" });
    this.source = page.getByRole("region", { name: "The same network as PyTorch source" });
    this.addDialog = page.getByRole("dialog", { name: "Add a layer" });
  }

  /** @param url of the studio, with its token. */
  goto(url: string, project: string): Promise<void> {
    return openAt(this.page, url, `/project/${encodeURIComponent(project)}/model`);
  }

  /** Any node; the name of a layer begins with its id. */
  node(name: string): Locator {
    return this.graph.locator(`[data-key="layer:${name}"], [data-key="input:${name}"], [data-key="output:${name}"]`);
  }

  /** Where connections leave a node, or arrive. */
  handle(name: string, side: "in" | "out"): Locator {
    return this.node(name).locator(`.vue-flow__handle[data-handleid="${side}"]`);
  }

  /** Ids of the layers that the graph shows. */
  async layers(): Promise<readonly string[]> {
    return this.graph
      .locator('[data-key^="layer:"]')
      .evaluateAll((all) => all.map((each) => (each as HTMLElement).dataset["key"]?.replace("layer:", "") ?? "").sort());
  }

  link(from: string, to: string): Locator {
    return this.graph.getByRole("img", { name: `From ${from} to ${to}`, exact: true });
  }

  /** Connections that lead under a node that is not one of their ends, as `connection: node`. */
  async crossedNodes(): Promise<readonly string[]> {
    return this.graph.evaluate((graph) => {
      const boxes = [...graph.querySelectorAll<HTMLElement>(".node[data-key]")].map((node) => ({
        key: node.dataset["key"] ?? "",
        box: node.getBoundingClientRect(),
      }));
      return [...graph.querySelectorAll<SVGPathElement>("path.vue-flow__edge-path")].flatMap((path) => {
        const matrix = path.getScreenCTM();
        const length = path.getTotalLength();
        if (!matrix) return [];
        const points = Array.from({ length: 101 }, (_, i) => path.getPointAtLength((length * i) / 100).matrixTransform(matrix));
        const near = (at: DOMPoint | undefined, { box }: (typeof boxes)[number]) =>
          at !== undefined && at.x > box.left - 12 && at.x < box.right + 12 && at.y > box.top - 12 && at.y < box.bottom + 12;
        const others = boxes.filter((one) => !near(points[0], one) && !near(points.at(-1), one));
        return others
          .filter(({ box }) => points.some(({ x, y }) => x > box.left && x < box.right && y > box.top && y < box.bottom))
          .map(({ key }) => `${path.closest("[aria-label]")?.getAttribute("aria-label") ?? ""}: ${key}`);
      });
    });
  }

  /** "1,234" beside its name. */
  total(name: string): Locator {
    return this.totals
      .locator("span", { hasText: new RegExp(`^${name}`) })
      .locator("strong")
      .first();
  }

  option(label: string): Locator {
    return this.inspector.getByRole("textbox", { name: label, exact: true });
  }

  async showSource(): Promise<void> {
    await this.inspector.getByText("PyTorch", { exact: true }).click();
  }

  /** The middle of a connection, in pixels of the window. */
  private async middleOf(from: string, to: string): Promise<{ readonly x: number; readonly y: number }> {
    const [a, b] = [await this.place(from), await this.place(to)];
    return { x: (a.x + a.width / 2 + b.x + b.width / 2) / 2, y: (a.y + a.height + b.y) / 2 };
  }

  async chooseLink(from: string, to: string): Promise<void> {
    await expect(this.link(from, to)).toHaveCount(1);
    await this.settled();
    const { x, y } = await this.middleOf(from, to);
    await this.page.mouse.click(x, y);
  }

  async connectByDrag(from: string, to: string): Promise<void> {
    await this.settled();
    await this.handle(from, "out").hover();
    await this.page.mouse.down();
    // A hand moves more than once: what is drawn when the drag begins may come between.
    await this.handle(to, "in").hover();
    await this.handle(to, "in").hover({ position: { x: 1, y: 1 } });
    await this.page.mouse.up();
  }

  /** Where a node stands in the window. */
  async place(name: string): Promise<{ readonly x: number; readonly y: number; readonly width: number; readonly height: number }> {
    const box = await this.node(name).boundingBox();
    expect(box, name).not.toBeNull();
    return box!;
  }

  /** The graph has come to rest: it moves for a moment to show what is new. */
  async settled(): Promise<void> {
    const transform = () => this.graph.locator(".vue-flow__transformationpane").evaluate((pane) => (pane as HTMLElement).style.transform);
    let last = "";
    let still = 0;
    await expect
      .poll(
        async () => {
          const before = last;
          last = await transform();
          still = last === before ? still + 1 : 0;
          return still;
        },
        { intervals: [100] },
      )
      .toBeGreaterThanOrEqual(4);
  }

  async dragNode(name: string, by: { readonly x: number; readonly y: number }): Promise<void> {
    await this.settled();
    const { x, y } = await this.place(name);
    await this.page.mouse.move(x + 40, y + 20);
    await this.page.mouse.down();
    await this.page.mouse.move(x + 40 + by.x / 2, y + 20 + by.y / 2, { steps: 4 });
    await this.page.mouse.move(x + 40 + by.x, y + 20 + by.y, { steps: 4 });
    await this.page.mouse.up();
  }

  /** With Shift, a box around two nodes and what lies between them. */
  async boxSelect(first: string, last: string): Promise<void> {
    await this.settled();
    const [a, b] = [await this.place(first), await this.place(last)];
    await this.page.keyboard.down("Shift");
    await this.page.mouse.move(a.x - 20, a.y - 8);
    await this.page.mouse.down();
    await this.page.mouse.move(b.x + 60, b.y + 20, { steps: 4 });
    await this.page.mouse.move(b.x + b.width + 20, b.y + b.height + 8, { steps: 4 });
    await this.page.mouse.up();
    await this.page.keyboard.up("Shift");
  }

  private paletteItem(type: string): Locator {
    return this.palette.getByRole("button", { name: new RegExp(`^Add ${type}: `) });
  }

  async dropOnLink(type: string, from: string, to: string): Promise<void> {
    await this.settled();
    const frame = (await this.graph.boundingBox())!;
    const { x, y } = await this.middleOf(from, to);
    await this.dropAt(type, { x: x - frame.x, y: y - frame.y });
  }

  /** @param place in pixels from the graph's upper left corner */
  async dropAt(type: string, place: { readonly x: number; readonly y: number }): Promise<void> {
    // While it moves, the place may be a node's.
    await this.settled();
    await this.paletteItem(type).dragTo(this.graph, { targetPosition: place });
  }

  async addFromPalette(type: string): Promise<void> {
    await this.paletteItem(type).click();
  }

  /**
   * Builds a network layer after layer in a project that has none, as a person does with the mouse, or with the keyboard alone. Each reads the one before; the
   * last answers the target.
   */
  async build(layers: readonly HandLayer[], by: "mouse" | "keyboard" = "mouse"): Promise<void> {
    await expect(this.empty).toBeVisible();
    for (const [i, layer] of layers.entries()) {
      if (by === "mouse") await this.addFromPalette(layer.type);
      else await this.addByKeys(layer.type, i === 0);
      const added = this.graph.locator('[data-key^="layer:"][aria-pressed="true"]');
      await expect(added).toHaveCount(1);
      await expect(added).toContainText(layer.type);
      await expect(added).toBeFocused();
      if (by === "mouse") for (const [label, value] of Object.entries(layer.options ?? {})) await this.option(label).fill(value);
      else await this.fillByKeys(layer.options ?? {});
    }
    await expect.poll(async () => (await this.layers()).length).toBe(layers.length);
  }

  private async addByKeys(type: string, isFirst: boolean): Promise<void> {
    const { keyboard } = this.page;
    if (isFirst) {
      await keyboard.press("ControlOrMeta+k");
      await expect(this.page.getByRole("combobox")).toBeFocused();
      await keyboard.type("Add a layer");
      await keyboard.press("Enter");
    } else await keyboard.press("a");
    await expect(this.addDialog.getByRole("combobox")).toBeFocused();
    await keyboard.type(type);
    await keyboard.press("Enter");
    await expect(this.addDialog).toBeHidden();
  }

  /** From the node to its form by Enter, along it by Tab, back by Escape. */
  private async fillByKeys(options: Readonly<Record<string, string>>): Promise<void> {
    if (Object.keys(options).length === 0) return;
    const { keyboard } = this.page;
    await keyboard.press("Enter");
    for (const [label, value] of Object.entries(options)) {
      const field = this.option(label);
      for (let i = 0; i < 12 && !(await field.evaluate((element) => element === document.activeElement)); i++) await keyboard.press("Tab");
      await expect(field).toBeFocused();
      await keyboard.press("ControlOrMeta+a");
      await keyboard.type(value);
    }
    await keyboard.press("Escape");
  }
}
