import { beforeAll, describe, expect, it } from "vitest";
import { openTestGpu } from "../testing/kernelHarness";
import { GPU_BUFFER_USAGE, type Gpu } from "./device";
import { encodeDispatch, prepareDispatch } from "./dispatch";
import { float, type KernelSource, moduleText } from "./pipelines";
import { readFloats } from "./readback";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const DOUBLE: KernelSource = {
  name: "multiply",
  files: [
    `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  y[id.x] = scaled(f32(id.x));
}`,
    "fn scaled(x: f32) -> f32 { return x * FACTOR; }",
  ],
  bindings: ["read_write"],
};

describe("moduleText", () => {
  it("declares extensions, then constants by type, then the files", () => {
    const text = moduleText(
      { ...DOUBLE, files: ["A", "B"], enables: ["f16"] },
      { N: 3, EPS: float(1e-6), ONE: float(1) },
    );
    const [enable, count, eps, one, ...files] = text.split("\n");
    expect(enable).toBe("enable f16;");
    expect(count).toBe("const N: u32 = 3u;");
    // As f32: 9.999999974752427e-7, with the suffix that makes it one.
    expect(eps).toBe(`const EPS: f32 = ${Math.fround(1e-6)}f;`);
    expect(one).toBe("const ONE: f32 = 1.0f;");
    expect(files).toEqual(["A", "B"]);
  });

  it.each([Number.NaN, Infinity])("refuses the constant %d", (value) => {
    expect(() => moduleText(DOUBLE, { FACTOR: float(value) })).toThrow(/not finite/);
  });

  it.each([3.4e38, 1.2e-38, -0.5, 0.1, 1e21, 123456789])(
    "writes %d so that the compiler reads the same f32",
    async (value) => {
      const dispatch = await run({ WORKGROUP: 4, FACTOR: float(value) });
      expect(dispatch[1]).toBe(Math.fround(value));
    },
  );
});

async function run(constants: Parameters<typeof moduleText>[1]): Promise<Float32Array> {
  const { STORAGE, COPY_SRC } = GPU_BUFFER_USAGE;
  const y = gpu.createBuffer("y", 16, STORAGE | COPY_SRC);
  const request = { source: DOUBLE, constants, bindings: [y], workgroups: () => [1, 1, 1] as const, label: "test" };
  const dispatch = await prepareDispatch(gpu, request);
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  encodeDispatch(pass, dispatch, 1);
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
  return readFloats(gpu, y, 0, 4);
}

describe("PipelineCache", () => {
  it("compiles once for the same text and constants", async () => {
    const constants = { WORKGROUP: 4, FACTOR: float(2) };
    const [one, two] = await Promise.all([gpu.pipelines.get(DOUBLE, constants), gpu.pipelines.get(DOUBLE, constants)]);
    expect(two).toBe(one);
    const other = await gpu.pipelines.get(DOUBLE, { ...constants, FACTOR: float(3) });
    expect(other).not.toBe(one);
    expect([...(await run(constants))]).toEqual([0, 2, 4, 6]);
  });

  it("says line, text and kernel of what does not compile", async () => {
    const broken = { ...DOUBLE, name: "broken", files: [...DOUBLE.files, "fn wrong() -> f32 {\n  return 1u;\n}"] };
    const attempt = gpu.pipelines.get(broken, { WORKGROUP: 4, FACTOR: float(1) });
    // Two constants, five lines, one line, then the second line of the last file.
    await expect(attempt).rejects.toMatchObject({
      name: "GpuProgramError",
      message: expect.stringMatching(/^broken did not compile: line 10: .*\n +return 1u;/),
    });
  });

  it("says so when a constant is missing", async () => {
    await expect(gpu.pipelines.get(DOUBLE, { WORKGROUP: 4 })).rejects.toThrow(/FACTOR/);
  });

  it("says so when bindings and text disagree", async () => {
    const odd = { ...DOUBLE, name: "odd", bindings: ["read"] as const };
    await expect(gpu.pipelines.get(odd, { WORKGROUP: 4, FACTOR: float(1) })).rejects.toMatchObject({
      name: "GpuProgramError",
      message: expect.stringContaining("odd did not compile"),
    });
  });
});
