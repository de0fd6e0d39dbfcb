import { describe, expect, it } from "vitest";
import { createPalette } from "../colorScale";
import { exportFigure, type Figure } from "./figure";
import { encodeNpy } from "./npy";

const figure: Figure = {
  title: "Layer 1 head 2, <model> & co",
  settings: "Scale: square root. A cell stands for 2 tokens.",
  width: 100,
  height: 50,
  body: '<rect width="100" height="50"/>',
  legend: { scale: "sqrt", most: 0.5 },
  palette: createPalette("#ffffff"),
  json: { weights: Float32Array.of(0.1, Number.NaN), entropy: 1 / 3 },
  csv: [
    ["position", "token", "weight"],
    [0, 'say "hi", you', 0.5],
    [1, " x", Number.NaN],
  ],
  array: { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, Number.NaN) },
};

describe("a figure is saved", () => {
  it("as a picture with its title, settings and legend inside", async () => {
    const svg = await (await exportFigure("svg", figure)).text();
    expect(svg).toContain("<title>Layer 1 head 2, &lt;model&gt; &amp; co</title>");
    expect(svg).toContain("A cell stands for 2 tokens.</text>");
    expect(svg).toContain('fill="url(#legend)"');
    // Half a weight has the strongest colour here.
    expect(svg).toContain(">50 %</text>");
    expect(svg).not.toContain("undefined");
    const bare = await (await exportFigure("svg", { ...figure, legend: null })).text();
    expect(bare).not.toContain("legend");
  });

  it("with a title and settings that stay inside, however narrow the picture", async () => {
    const title = "Vision tower, Tower layer 0 head 0, a model with a long name · as stored (f16), 62 tokens";
    const svg = await (await exportFigure("svg", { ...figure, title })).text();
    const lines = [...svg.matchAll(/font-size="16"[^>]*>([^<]*)</g)].map(([, line]) => line ?? "");
    expect(lines.join(" ")).toBe(title);
    // Wide letters take 0.63 of their size.
    const width = Number(/width="(\d+)"/.exec(svg)?.[1]);
    for (const line of lines) expect(line.length * 16 * 0.63).toBeLessThan(width);
    // What follows stands below them.
    const tops = [...svg.matchAll(/<text x="24" y="([\d.]+)"/g)].map(([, y]) => Number(y));
    expect(tops).toEqual([...new Set(tops)].sort((a, b) => a - b));
  });

  it("as JSON and CSV without numbers that are none", async () => {
    expect(JSON.parse(await (await exportFigure("json", figure)).text())).toEqual({
      weights: [0.1, null],
      entropy: 0.3333333,
    });
    const csv = await (await exportFigure("csv", figure)).text();
    expect(csv.split("\r\n")).toEqual(["position,token,weight", '0,"say ""hi"", you",0.5', '1," x",', ""]);
  });

  it.each([[[6]], [[2, 3]], [[1, 2, 3]]])("as NPY of shape %j, as NumPy reads it", async (shape) => {
    const bytes = encodeNpy(shape, figure.array.values);
    const view = new DataView(bytes);
    expect([...new Uint8Array(bytes, 0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
    const header = view.getUint16(8, true);
    expect((10 + header) % 64).toBe(0);
    const text = new TextDecoder().decode(new Uint8Array(bytes, 10, header));
    expect(text.endsWith("\n")).toBe(true);
    const axes = /'shape': \(([^)]*)\)/.exec(text)?.[1] ?? "";
    expect(axes.split(",").filter((axis) => axis.trim() !== "")).toHaveLength(shape.length);
    expect(text).toContain("'descr': '<f4', 'fortran_order': False");
    const values = Array.from({ length: 6 }, (_, i) => view.getFloat32(10 + header + i * 4, true));
    expect(values).toEqual([1, 2, 3, 4, 5, Number.NaN]);
    expect(bytes.byteLength).toBe(10 + header + 24);
  });
});
