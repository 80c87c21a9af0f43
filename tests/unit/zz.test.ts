import { test } from "vitest";
import { readFileSync } from "node:fs";
import { createEmitter } from "../../src-main/ops/index.js";
import { lowerResize } from "../../src-main/datasets/encoders/pixels.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
test("pil", async () => {
  const all = JSON.parse(readFileSync("/tmp/im/r.json","utf8"));
  all.push({H:3000,W:4000,h:64,w:64,a:new Uint8Array(36e6),b:[]});
  for (const r of all) {
    const e = createEmitter();
    const x = e.graph.input("x", "uint8", ["N", "H", "W", 3]);
    e.graph.output(lowerResize(e, e.transpose(e.cast(x, "float32"), [0,3,1,2]), r.h, r.w), "y");
    const s = await onnxruntimeEngine.compile(e.graph.build("t"), {device:"cpu",threads:1});
    const feed = { x: { dtype: "uint8" as const, dims: [1, r.H, r.W, 3], data: Uint8Array.from(r.a) } };
    await s.run(feed);
    const t0 = performance.now();
    const { y } = await s.run(feed);
    const t = performance.now()-t0;
    let diff = 0; const hw = r.h*r.w; for (let i=0;i<hw;i++) for (let c=0;c<3;c++) if ((y!.data[c*hw+i]) !== r.b[i*3+c]) diff++;
    console.log(r.H, r.W, r.h, r.w, diff, t.toFixed(2));
  }
});
