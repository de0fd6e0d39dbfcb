/**
 * Has llama.cpp itself open what is saved as GGUF here, and compares how both go on: npm run llama
 * Its package (70 MB, not among the dependencies) is installed under .cache the first time.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { exportGguf } from "../src/runtime/export/exportGguf";
import { memorySource } from "../src/runtime/files/byteSource";
import { type ModelFiles, openModelFiles } from "../src/runtime/files/modelFiles";
import { openModel } from "../src/runtime/openModel";
import { generateText } from "../src/runtime/session/generation";
import { Session } from "../src/runtime/session/session";
import { openNodeGpu } from "../src/runtime/testing/nodeGpu";
import { randomModel, tinyFolder, tinyGguf } from "../src/runtime/testing/tinyModel";
import type { Level } from "../src/shared/quant";
import type { Recipe } from "../src/shared/recipes";
import { DEFAULT_SAMPLING } from "../src/shared/sampling";
import { folderSources } from "./conformance/models";

const PACKAGES = [
  "node-llama-cpp@3.22.1",
  `@node-llama-cpp/${process.platform === "darwin" ? "mac" : "linux"}-x64@3.22.1`,
];
const FOLDER = ".cache/llama";
const TOKENS = 24;
/**
 * At a level llama.cpp rounds what matrices are multiplied with to 8 bits, and near ties turn: there the bundled model is
 * asked what it is sure of, and a random one goes on for fewer tokens.
 */
const TOKENS_OF_NOISE = 8;
const TEXTS = [
  "<|bos|><|user|>Tell me a story about a small boat.<|end|><|assistant|>",
  "<|bos|><|user|>What is 12 plus 30?<|end|><|assistant|>",
  "Once upon a time there was a café, wasn't there? 1234\n\n  Two",
];
const SURE_TEXTS = [
  "<|bos|><|user|>What is 12 plus 30?<|end|><|assistant|>",
  "<|bos|><|user|>Repeat: k t m q a b<|end|><|assistant|>",
  "<|bos|><|user|>What does the KV cache hold?<|end|><|assistant|>",
];

/** What of node-llama-cpp is used. */
interface LlamaModel {
  tokenize(text: string, special: boolean): number[];
  createContext(options: {
    contextSize: number;
    threads: number;
  }): Promise<{ getSequence(): LlamaSequence; dispose(): Promise<void> }>;
  dispose(): Promise<void>;
}
interface LlamaSequence {
  evaluate(ids: readonly number[], options: { temperature: number }): AsyncIterator<number>;
}
interface LlamaPackage {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<LlamaModel> }>;
}

function install(): void {
  if (existsSync(join(FOLDER, "node_modules/node-llama-cpp"))) return;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), "{}");
  // No scripts: the binary is in its own package. No optional ones: those are for other GPUs.
  const options = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"];
  const { status } = spawnSync("npm", ["install", ...options, ...PACKAGES], { cwd: FOLDER, stdio: "inherit" });
  if (status !== 0) throw new Error("node-llama-cpp could not be installed.");
}

async function save(files: ModelFiles, level: Level, recipe: Recipe | "", path: string): Promise<Uint8Array> {
  const { bytes } = await exportGguf(files, { level, recipe });
  const parts: Uint8Array[] = [];
  for await (const part of bytes()) parts.push(part);
  const whole = new Uint8Array(Buffer.concat(parts));
  writeFileSync(path, whole);
  return whole;
}

install();
const gpu = await openNodeGpu("swiftshader");
const { getLlama } = (await import(
  /* @vite-ignore */ pathToFileURL(join(process.cwd(), FOLDER, "node_modules/node-llama-cpp/dist/index.js")).href
)) as LlamaPackage;
const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, logLevel: "error", maxThreads: 1 });

const pane = await openModelFiles(folderSources("public/models/pane"));
const wide = randomModel(11, { hiddenSize: 256, intermediateSize: 256, numLayers: 1, headDim: 64 });
const file = await openModelFiles([memorySource(tinyGguf(wide), "wide.gguf")]);
const folder = await openModelFiles([...tinyFolder(wide)].map(([name, bytes]) => memorySource(bytes, name)));
const CASES: readonly (readonly [
  name: string,
  files: ModelFiles,
  level: Level,
  recipe: Recipe | "",
  texts: readonly string[],
  tokens: number,
])[] = [
  ["pane", pane, "stored", "", [...TEXTS, ...SURE_TEXTS], TOKENS],
  ["pane", pane, "q8_0", "", SURE_TEXTS, TOKENS],
  ["pane", pane, "q4_0", "head8", SURE_TEXTS, TOKENS],
  ["pane", pane, "q4_k", "", SURE_TEXTS, TOKENS],
  ["a random GGUF file", file, "stored", "", TEXTS, TOKENS],
  ["a random GGUF file", file, "q6_k", "", TEXTS, TOKENS_OF_NOISE],
  ["a random folder", folder, "stored", "", TEXTS, TOKENS],
  ["a random folder", folder, "q8_0", "", TEXTS, TOKENS_OF_NOISE],
];

let failed = 0;
for (const [name, files, level, recipe, texts, tokens] of CASES) {
  const path = join(FOLDER, "saved.gguf");
  const bytes = await save(files, level, recipe, path);
  const theirs = await llama.loadModel({ modelPath: path });
  const saved = await openModelFiles([memorySource(bytes, "saved.gguf")]);
  const ours = await openModel(gpu, saved, { level: "stored", variant: "auto" });
  const session = await Session.create(ours.model, { capacity: 128, precision: "f32" });
  let ids = 0;
  let same = 0;
  for (const text of texts) {
    const prompt = ours.tokenizer?.encode(text, { addSpecial: false, parseSpecial: true }) ?? [];
    const isAlike = JSON.stringify(theirs.tokenize(text, true)) === JSON.stringify(prompt);
    if (!isAlike) console.log(`  ids differ: ${theirs.tokenize(text, true)} here ${prompt}`);
    ids += isAlike ? 1 : 0;
    const context = await theirs.createContext({ contextSize: 128, threads: 1 });
    const evaluation = context.getSequence().evaluate(prompt, { temperature: 0 });
    const went: number[] = [];
    for (let i = 0; i < tokens; i++) {
      const { value, done } = await evaluation.next();
      if (done === true) break;
      went.push(value);
    }
    await context.dispose();
    const { ids: goes } = await generateText(
      ours,
      session,
      {
        prompt: { kind: "ids", ids: prompt },
        sampling: { ...DEFAULT_SAMPLING, greedy: true },
        ...{ maxNewTokens: tokens, stopStrings: [], tokensInFlight: 4, atCapacity: "stop" as const },
      },
      () => {},
    );
    const count = Math.min(went.length, goes.length);
    const isSame = count > 0 && went.slice(0, count).every((id, i) => id === goes[i]);
    if (!isSame) console.log(`  goes on differently: ${went} here ${goes}`);
    same += isSame ? 1 : 0;
  }
  if (ids < texts.length || same < texts.length) failed++;
  console.log(
    `${name} ${level} ${recipe}, ${tokens} tokens: ${ids} of ${texts.length} texts have the same ids, ${same} go on alike`,
  );
  await session.close();
  ours.model.destroy();
  await theirs.dispose();
}
console.log(`${CASES.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
