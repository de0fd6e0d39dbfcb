import { it } from "vitest";
import { linearVectors } from "../kernels/linearVectors";
import { matmul } from "../kernels/matmul";
import { matvec } from "../kernels/matvec";
import { testMatrix } from "./blocks";
import { KernelHarness, openTestGpu } from "./kernelHarness";
import { SeededRandom } from "./random";

it("times", async () => {
  const gpu = await openTestGpu();
  const h = new KernelHarness(gpu);
  for (const variant of ["tiled", "register"] as const)
    for (const format of ["f32", "q8_0"] as const) {
      const { matrix } = testMatrix(h, new SeededRandom(1), { formats: [format], rows: 65, columns: 96 });
      const vectors = linearVectors(h.scope, "x", 0, null, null);
      const x = h.filled(96 * 96, 1),
        y = h.filled(96 * 96, 0);
      let t = performance.now();
      const d = await matmul(gpu, {
        label: "t",
        matrix,
        vectors,
        step: h.step(0, 33),
        x,
        y,
        yStride: 96,
        epilogue: "store",
        activation: null,
        variant,
      });
      const prep = performance.now() - t;
      const runs = [];
      for (let i = 0; i < 3; i++) {
        t = performance.now();
        h.run(d, 33);
        await h.floats(y, 4);
        runs.push(performance.now() - t);
      }
      console.log(variant, format, "prepare", prep, "runs", runs);
    }
  for (const layout of [
    { variant: "barrier_free", workgroup: 64, lanes: 1 },
    { variant: "workgroup", workgroup: 64, lanes: 16 },
    { variant: "workgroup", workgroup: 128, lanes: 128 },
    { variant: "subgroup", workgroup: 64, lanes: 4 },
  ] as const) {
    const { matrix } = testMatrix(h, new SeededRandom(1), { formats: ["q8_0"], rows: 65, columns: 96 });
    const vectors = linearVectors(h.scope, "x", 0, null, null);
    const x = h.filled(96 * 96, 1),
      y = h.filled(96 * 96, 0);
    let t = performance.now();
    const d = await matvec(gpu, { label: "t", matrix, vectors, x, y, epilogue: "store", activation: null, layout });
    const prep = performance.now() - t;
    const runs = [];
    for (let i = 0; i < 3; i++) {
      t = performance.now();
      h.run(d, 33);
      await h.floats(y, 4);
      runs.push(performance.now() - t);
    }
    console.log(layout.variant, layout.workgroup, "prepare", prep, "runs", runs);
  }
});
