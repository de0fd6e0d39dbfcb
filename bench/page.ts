/** The benchmark as a page: the same measurements as bench/node.ts, on the visitor's adapter. */
import { openGpu } from "../src/runtime/gpu/device";
import type { KernelVariant } from "../src/shared/protocol";
import { FORMAT_IDS } from "../src/shared/quant";
import { describeLibrary } from "./library/libraryResult";
import { measureLibrary } from "./library/measureLibrary";
import type { BenchResult } from "./measure";
import { describeResult, runBench } from "./plan";
import { SHAPES } from "./shapes";

const VARIANTS: readonly KernelVariant[] = ["auto", "workgroup", "subgroup", "barrier_free", "f16"];

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

function fill(id: string, values: readonly string[], chosen: string): void {
  element<HTMLSelectElement>(id).replaceChildren(
    ...values.map((value) => new Option(value, value, value === chosen, value === chosen)),
  );
}

async function run(): Promise<void> {
  const state = element("state");
  const results: BenchResult[] = [];
  element("results").replaceChildren();
  element("save").hidden = true;
  state.textContent = "Measuring. This page may stand still for a while.";
  try {
    const profile = element<HTMLInputElement>("profile").checked;
    const gpu = await openGpu(navigator.gpu, { profile });
    const level = element<HTMLSelectElement>("level").value;
    await runBench(
      gpu,
      {
        levels: FORMAT_IDS.filter((id) => id === level),
        variant: element<HTMLSelectElement>("variant").value as KernelVariant,
        only: element<HTMLSelectElement>("shape").value,
        full: element<HTMLInputElement>("full").checked,
        profile,
      },
      (result) => {
        results.push(result);
        const block = document.createElement("pre");
        block.textContent = describeResult(result);
        element("results").append(block);
      },
      (text) => {
        state.textContent = text;
      },
    );
    gpu.device.destroy();
    state.textContent = "Done.";
    const save = element<HTMLAnchorElement>("save");
    save.href = URL.createObjectURL(new Blob([JSON.stringify(results, null, 1)], { type: "application/json" }));
    save.hidden = false;
  } catch (error) {
    state.textContent = error instanceof Error ? error.message : String(error);
  }
}

fill(
  "shape",
  SHAPES.map((shape) => shape.name),
  "SmolLM2-135M",
);
fill("level", FORMAT_IDS, "q4_0");
fill("variant", VARIANTS, "auto");
element("settings").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.currentTarget instanceof HTMLElement ? event.currentTarget.querySelector("button") : null;
  if (button !== null) button.disabled = true;
  await run();
  if (button !== null) button.disabled = false;
});

async function runLibrary(): Promise<string> {
  // The bundled model, unless the address names another one: that of `npm run bench -- --library`.
  const folder = asked.get("folder") ?? new URL("models/pane/", document.baseURI).href;
  const [address, id] = [asked.get("hub"), asked.get("id")];
  const hub = address === null || id === null ? null : { address, id };
  const [lineFolder, bytesPerSecond] = [asked.get("line"), Number(asked.get("line-bytes"))];
  const line = lineFolder === null ? null : { folder: lineFolder, bytesPerSecond };
  return describeLibrary(await measureLibrary({ folder, hub, line, report: asked.get("report") }));
}

const asked = new URL(location.href).searchParams;
element("library").addEventListener("submit", async (event) => {
  event.preventDefault();
  const state = element("state");
  state.textContent = "Measuring the store.";
  try {
    const block = document.createElement("pre");
    block.textContent = await runLibrary();
    element("results").append(block);
    state.textContent = "Done.";
  } catch (error) {
    state.textContent = error instanceof Error ? error.message : String(error);
  }
});
if (asked.has("report")) void runLibrary();
