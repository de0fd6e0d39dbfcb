import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { brokenRules, type SourceFile } from "../scripts/importRules";

const ROOT = join(import.meta.dirname, "..");

function readTree(folder: string): SourceFile[] {
  const paths = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return paths
    .filter((path) => /\.(tsx?|wgsl)$/.test(path))
    .map((path) => ({
      path: join(folder, path).replaceAll("\\", "/"),
      text: readFileSync(join(ROOT, folder, path), "utf8"),
    }));
}

test("the source keeps the rules of the house", () => {
  const files = [...readTree("src"), ...readTree("shaders")];
  expect(files.length).toBeGreaterThan(20);
  expect(brokenRules(files)).toEqual([]);
});

/** The rules that made-up files break: path to text. */
function broken(files: Record<string, string>): string[] {
  return brokenRules(Object.entries(files).map(([path, text]) => ({ path, text })));
}

describe("each rule can fail", () => {
  test.each([
    ["React in the runtime", "src/runtime/model/a.ts", `import { useState } from "react";`],
    ["react-dom in the runtime", "src/runtime/gpu/a.ts", `import { createRoot } from "react-dom/client";`],
    ["zustand in the runtime", "src/runtime/session/a.ts", `import { create } from "zustand";`],
    ["Comlink in the runtime", "src/runtime/session.ts", `import { proxy } from "comlink";`],
    ["idb-keyval in the runtime", "src/runtime/files/a.ts", `import { get } from "idb-keyval";`],
    ["Node's modules in the runtime", "src/runtime/files/a.ts", `import { readFile } from "node:fs/promises";`],
    ["runtime -> ui", "src/runtime/model/a.ts", `import { Chat } from "../../ui/chat/Chat";`],
    ["runtime -> store", "src/runtime/text/a.ts", `import { store } from "../../store/appStore";`],
    ["runtime -> client", "src/runtime/session/a.ts", `import type { Client } from "../../client/client";`],
    ["runtime -> worker", "src/runtime/session.ts", `export * from "../worker/runtimeHost";`],
    ["ui -> runtime", "src/ui/A.tsx", `import { softmax } from "../runtime/kernels/softmax";`],
    ["ui -> worker", "src/ui/chat/A.tsx", `import type { Host } from "../../worker/runtimeHost";`],
    ["ui -> client", "src/ui/A.tsx", `const later = () => import("../client/runtimeClient");`],
    ["ui -> Comlink", "src/ui/A.tsx", `import { wrap } from "comlink";`],
    ["shared -> anything", "src/shared/a.ts", `import { x } from "../runtime/gpu/device";`],
    ["shared -> a package", "src/shared/a.ts", `import type { ReactNode } from "react";`],
    ["store -> client", "src/store/a.ts", `import { connect } from "../client/runtimeClient";`],
    ["store -> ui", "src/store/a.ts", `import { Chat } from "../ui/chat/Chat";`],
    ["client -> worker", "src/client/a.ts", `import { host } from "../worker/runtimeHost";`],
    ["client -> runtime", "src/client/a.ts", `type T = import("../runtime/session").Session;`],
    ["worker -> store", "src/worker/a.ts", `import { store } from "../store/appStore";`],
    ["worker -> React", "src/worker/a.ts", `import "react";`],
    ["main -> runtime", "src/main.tsx", `import { Session } from "./runtime/session";`],
    ["kernels -> model", "src/runtime/kernels/a.ts", `import { forward } from "../model/forward";`],
    ["kernels -> session", "src/runtime/kernels/a.ts", `import { Session } from "../session/session";`],
    ["kernels -> session in one file", "src/runtime/kernels/a.ts", `import { Session } from "../session";`],
    ["kernels -> architectures", "src/runtime/kernels/a.ts", `import { gpt2 } from "../architectures/gpt2";`],
    ["gpu -> kernels", "src/runtime/gpu/a.ts", `import { softmax } from "../kernels/softmax";`],
    ["gpu -> shaders", "src/runtime/gpu/a.ts", `import text from "../../../shaders/softmax.wgsl?raw";`],
    ["model -> shaders", "src/runtime/model/a.ts", `import text from "../../../shaders/softmax.wgsl?raw";`],
    ["model -> session", "src/runtime/model/a.ts", `import { Session } from "../session";`],
    ["architectures -> gpu", "src/runtime/architectures/a.ts", `import { device } from "../gpu/device";`],
    ["architectures -> kernels", "src/runtime/architectures/a.ts", `import { softmax } from "../kernels/softmax";`],
    ["architectures -> model", "src/runtime/architectures/a.ts", `import { forward } from "../model/forward";`],
    ["shipped code -> a test's helper", "src/runtime/model/a.ts", `import { close } from "../testing/allClose";`],
    ["shipped code -> a test", "src/store/a.ts", `import { fake } from "./b.test";`],
    ["a file in no room", "src/helpers/a.ts", `export const a = 1;`],
    ["let in a runtime module", "src/runtime/gpu/a.ts", `export let device: GPUDevice | null = null;`],
    ["var in a runtime module", "src/runtime/gpu/a.ts", `var count = 0;`],
    ["a cache in a runtime module", "src/runtime/gpu/a.ts", `const cache = new Map<string, number>();`],
    ["a list to fill in a runtime module", "src/runtime/gpu/a.ts", `export const pool: number[] = [];`],
    ["a model's name in a shader", "shaders/a.wgsl", `// as in Llama 3\nfn f() {}`],
    ["a checkpoint's tensor in a shader", "shaders/a.wgsl", `var<storage> q_proj: array<f32>;`],
    ["a GGUF tensor in a shader", "shaders/lib/a.wgsl", `// blk.0.attn_q.weight`],
  ])("%s", (_rule, path, text) => {
    const comlink = /^src\/(client|worker)\//.test(path) ? `import "comlink";` : "";
    expect(broken({ [path]: comlink + text })).toHaveLength(1);
  });

  test("a cycle", () => {
    const files = {
      "src/ui/A.tsx": `import { b } from "./b";`,
      "src/ui/b.ts": `export * from "./c";`,
      "src/ui/c.ts": `import { A } from "./A";`,
    };
    expect(broken(files)).toEqual(["import cycle: src/ui/A.tsx -> src/ui/b.ts -> src/ui/c.ts -> src/ui/A.tsx"]);
    expect(broken({ ...files, "src/ui/c.ts": `import type { A } from "./A";` })).toEqual([]);
  });

  test("a cycle between rooms, through types", () => {
    const files = {
      "src/store/a.ts": `import type { A } from "../ui/A";`,
      "src/ui/A.tsx": `import type { a } from "../store/a";`,
    };
    expect(broken(files)).toEqual(["store must not import ui: src/store/a.ts imports src/ui/A.tsx"]);
  });

  test.each(["client", "worker"])("Comlink in two files of %s, or in none", (side) => {
    const uses = `import * as Comlink from "comlink";`;
    expect(broken({ [`src/${side}/a.ts`]: uses })).toEqual([]);
    expect(broken({ [`src/${side}/a.ts`]: uses, [`src/${side}/b.ts`]: uses })).toHaveLength(1);
    expect(broken({ [`src/${side}/a.ts`]: "export const a = 1;" })).toHaveLength(1);
  });

  test("idb-keyval in two files of one side", () => {
    const uses = `import "comlink"; import { get } from "idb-keyval";`;
    const files = { "src/worker/a.ts": uses, "src/worker/b.ts": `import { set } from "idb-keyval";` };
    expect(broken(files)).toEqual([expect.stringContaining("idb-keyval in worker belongs in one file, not 2")]);
  });

  test.each([
    "navigator.gpu.requestAdapter();",
    "self.navigator?.gpu;",
    "const { gpu } = navigator;",
    "(navigator as Navigator).gpu;",
    `navigator["gpu"];`,
  ])("navigator.gpu read in two files: %s", (read) => {
    const files = { "src/runtime/gpu/a.ts": "navigator.gpu;", "src/store/b.ts": `export const f = () => { ${read} };` };
    expect(broken(files)).toEqual([expect.stringContaining("navigator.gpu belongs in one file, not 2")]);
  });
});

test("what the house allows breaks no rule", () => {
  const files = {
    "src/main.tsx": `import { App } from "./ui/App"; import { connect } from "./client/client"; import "react-dom/client";`,
    "src/ui/App.tsx": `import { useState } from "react"; import { useApp } from "../store/appStore";`,
    "src/store/appStore.ts": `import { create } from "zustand"; import type { RuntimeApi } from "../shared/protocol";`,
    "src/shared/protocol.ts": `import type { Level } from "./quant"; export const EMPTY: string[] = [];`,
    "src/shared/quant.ts": `export type Level = "f32";`,
    "src/client/client.ts": `import "comlink"; new Worker(new URL("../worker/worker.ts", import.meta.url));`,
    "src/worker/worker.ts": `import "comlink"; import { open } from "../runtime/session"; import "../runtime/gpu/device";`,
    "src/runtime/session.ts": `import { forward } from "./model/forward"; import "./text/tokenizer";`,
    "src/runtime/model/forward.ts": `import { softmax } from "../kernels/softmax";`,
    "src/runtime/kernels/softmax.ts": `import text from "../../../shaders/softmax.wgsl?raw"; import "../gpu/device";`,
    "src/runtime/kernels/softmax.test.ts": `import { open } from "../testing/openDevice"; import { test } from "vitest";`,
    "src/runtime/testing/openDevice.ts": `import { create } from "webgpu"; let gpu = create([]); import "node:fs";`,
    "src/runtime/gpu/device.ts": `const TABLE = new Map([[1, 2]]); // let navigator.gpu be\nconst s = "navigator.gpu"; navigator.gpu;`,
    "src/runtime/text/tokenizer.ts": `import { Tokenizer } from "@huggingface/tokenizers";`,
    "shaders/softmax.wgsl": `// online softmax, as llama.cpp does\nfn main() { let gate = 1.0; var mlp = 2.0; }`,
  };
  expect(broken(files)).toEqual([]);
});
