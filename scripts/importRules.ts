/**
 * The rules of the house: who may import whom, and what must be in one place. src/importRules.test.ts holds the
 * source to them; the README's picture shows the same arrows.
 */
import { posix } from "node:path";
import { parseSync } from "vite";

export interface SourceFile {
  /** From the project's root, with slashes: "src/ui/chat/Chat.tsx". */
  readonly path: string;
  readonly text: string;
}

interface Facts {
  readonly path: string;
  readonly layer: string;
  /** Tests and their helpers may import what they test; nothing that ships may import them. */
  readonly isTest: boolean;
  /** Paths from the project's root, those imported for their types alone included. */
  readonly files: readonly string[];
  /** Without the types: what has to run before this file does. */
  readonly filesToRun: readonly string[];
  readonly packages: readonly string[];
  readonly mutableState: readonly string[];
  readonly readsNavigatorGpu: boolean;
}

/** What the files of a layer may import besides packages. A layer may always import itself. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  main: ["ui", "store", "client", "shared"],
  ui: ["store", "shared"],
  store: ["shared"],
  client: ["shared"],
  // Plus everything in the runtime.
  worker: ["shared", "runtime/session", "runtime/comparison", "runtime/export"],
  shared: [],
  // Two sessions side by side: nothing in the runtime knows it.
  "runtime/export": ["runtime/session", "runtime/model", "runtime/text", "runtime/files", "shared"],
  "runtime/comparison": [
    "runtime/session",
    "runtime/model",
    "runtime/text",
    "runtime/kernels",
    "runtime/gpu",
    "shared",
  ],
  "runtime/session": [
    "runtime/library",
    "runtime/model",
    "runtime/sampling",
    "runtime/text",
    "runtime/vision",
    "runtime/architectures",
    "runtime/files",
    "runtime/kernels",
    "runtime/gpu",
    "shared",
  ],
  "runtime/library": ["runtime/model", "runtime/architectures", "runtime/files", "shared"],
  "runtime/lora": ["runtime/model", "runtime/files", "shared"],
  "runtime/model": [
    "runtime/sampling",
    "runtime/architectures",
    "runtime/files",
    "runtime/kernels",
    "runtime/gpu",
    "shared",
  ],
  "runtime/sampling": ["runtime/kernels", "runtime/gpu", "shared"],
  "runtime/text": ["runtime/files", "shared"],
  // Pictures as bytes; what the model makes of them is the session's.
  "runtime/vision": ["shared"],
  "runtime/architectures": ["shared"],
  "runtime/files": ["shared"],
  "runtime/kernels": ["runtime/gpu", "shared", "shaders"],
  "runtime/gpu": ["shared"],
};

/** Packages that are known in some layers only. A package not named here may be used anywhere but in shared. */
const PACKAGES: readonly { name: RegExp; layers: readonly string[] }[] = [
  { name: /^react(-dom)?(\/|$)/, layers: ["main", "ui", "store"] },
  { name: /^zustand(\/|$)/, layers: ["main", "ui", "store"] },
  { name: /^comlink$/, layers: ["client", "worker"] },
  { name: /^idb-keyval$/, layers: ["client", "worker"] },
  { name: /^node:/, layers: [] },
  { name: /^(vite|vitest|@playwright\/test|webgpu)(\/|$)/, layers: [] },
];

/** Names of models and of tensors in checkpoint files. llama.cpp is a program, which a comment may credit. */
const SHADER_NAMES = new RegExp(
  [
    "llama(?!\\.cpp)",
    "mistral",
    "mixtral",
    "qwen",
    "gemma",
    "smollm",
    "phi-?[234]",
    "gpt[-_]?(2|j|neox|oss)",
    "falcon",
    "stablelm",
    "olmoe?2?\\b",
    "cohere",
    "[qkvo]_proj",
    "(gate|up|down)_proj",
    "attn_(q|k|v|qkv|output|norm)\\b",
    "ffn_(up|gate|down|norm)",
    "token_embd",
    "embed_tokens",
    "lm_head",
    "c_(attn|proj|fc)\\b",
    "\\bblk\\.",
  ].join("|"),
  "i",
);

/** One line for each broken rule; none when all is well. `files`: all TypeScript under src and all shaders. */
export function brokenRules(files: readonly SourceFile[]): string[] {
  const scripts = files.filter(({ path }) => /^src\/.*\.tsx?$/.test(path) && !path.endsWith(".d.ts"));
  const known = new Set(files.map(({ path }) => path));
  const facts = scripts.map((file) => readFacts(file, known));
  const shipped = facts.filter((file) => !file.isTest);
  return [
    ...shipped.flatMap(brokenArrows),
    ...shipped.flatMap(brokenPackages),
    ...shipped.filter(({ layer }) => layer.startsWith("runtime/")).flatMap(mutableState),
    ...inOnePlace(shipped),
    ...cycles(facts),
    ...files.filter(({ path }) => path.endsWith(".wgsl")).flatMap(namesInShader),
  ];
}

function brokenArrows({ path, layer, files }: Facts): string[] {
  const allowed = ARROWS[layer];
  if (!allowed) return [`${path} lies in no room of the house`];
  return files.flatMap((target) => {
    const to = layerOf(target);
    if (isTestFile(target)) return [`${path} ships and imports the test file ${target}`];
    if (to === layer || allowed.includes(to)) return [];
    if (layer === "worker" && to.startsWith("runtime/")) return [];
    return [`${layer} must not import ${to}: ${path} imports ${target}`];
  });
}

function brokenPackages({ path, layer, packages }: Facts): string[] {
  return packages.flatMap((name) => {
    const rule = PACKAGES.find((entry) => entry.name.test(name));
    const isAllowed = layer !== "shared" && (!rule || rule.layers.includes(layer));
    return isAllowed ? [] : [`${layer} must not import the package ${name}: ${path}`];
  });
}

function mutableState({ path, mutableState }: Facts): string[] {
  return mutableState.map((name) => `the runtime keeps no state in modules: ${name} in ${path}`);
}

function inOnePlace(files: readonly Facts[]): string[] {
  const broken: string[] = [];
  for (const side of ["client", "worker"]) {
    const layer = files.filter((file) => file.layer === side);
    const users = layer.filter(({ packages }) => packages.includes("comlink"));
    if (layer.length > 0 && users.length !== 1) broken.push(notOne(`comlink in ${side}`, users));
    // Each thread opens its own database: chats on the page, weights in the worker.
    const stores = layer.filter(({ packages }) => packages.includes("idb-keyval"));
    if (stores.length > 1) broken.push(notOne(`idb-keyval in ${side}`, stores));
  }
  const gpuReaders = files.filter(({ readsNavigatorGpu }) => readsNavigatorGpu);
  if (gpuReaders.length > 1) broken.push(notOne("navigator.gpu", gpuReaders));
  return broken;
}

function notOne(what: string, users: readonly Facts[]): string {
  return `${what} belongs in one file, not ${users.length}: ${users.map(({ path }) => path).join(", ")}`;
}

/**
 * Cycles of code that has to run; each is reported once, by the file in it that comes first. A cycle through types
 * alone disappears when compiled (a store's slices and its whole state know each other so); between rooms, the arrows
 * refuse it.
 */
function cycles(files: readonly Facts[]): string[] {
  const imports = new Map(files.map(({ path, filesToRun }) => [path, filesToRun]));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push(`import cycle: ${[...trail.slice(start), path].join(" -> ")}`);
    if (start >= 0 || done.has(path)) return;
    for (const next of imports.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) walk(path, []);
  return found;
}

function namesInShader({ path, text }: SourceFile): string[] {
  return text.split("\n").flatMap((line, index) => {
    const name = SHADER_NAMES.exec(line)?.[0];
    return name ? [`shaders name no model or checkpoint tensor: "${name}" in ${path}:${index + 1}`] : [];
  });
}

function isTestFile(path: string): boolean {
  return /\.test(\.tsx?)?$/.test(path) || /^src\/(?:runtime|shared)\/testing\//.test(path);
}

/** The room a path lies in. Files directly in src/runtime are the session's. */
function layerOf(path: string): string {
  const [top = "", second = "", third] = path.split("/");
  if (top !== "src") return top;
  if (second === "main.tsx") return "main";
  if (second !== "runtime") return second;
  return third === undefined || !path.includes("/", "src/runtime/".length) ? "runtime/session" : `runtime/${third}`;
}

function readFacts({ path, text }: SourceFile, known: ReadonlySet<string>): Facts {
  const { program, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const specifiers: Import[] = [];
  let readsNavigatorGpu = false;
  visit(program, (node) => {
    const source = importedFrom(node);
    if (source) specifiers.push(source);
    readsNavigatorGpu ||= isNavigatorGpu(node);
  });
  // A worker's address is not an import of its code.
  const imported = specifiers.filter(({ specifier }) => !/\?worker(&|$)/.test(specifier));
  const isFile = ({ specifier }: Import) => /^[./]/.test(specifier);
  const toFile = ({ specifier }: Import) => resolveFile(path, specifier, known);
  return {
    path,
    layer: layerOf(path),
    isTest: isTestFile(path),
    files: imported.filter(isFile).map(toFile),
    filesToRun: imported.filter((item) => isFile(item) && !item.isType).map(toFile),
    packages: imported.filter((item) => !isFile(item)).map(({ specifier }) => specifier),
    mutableState: moduleState(program as unknown as Node),
    readsNavigatorGpu,
  };
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

interface Import {
  readonly specifier: string;
  readonly isType: boolean;
}

function importedFrom(node: Node): Import | null {
  const isImport = /^(Import|ExportNamed|ExportAll)Declaration$|^(Import|TSImport)(Expression|Type)$/.test(node.type);
  const source = (node.source ?? node.argument) as { value?: unknown } | null | undefined;
  if (!isImport || typeof source?.value !== "string") return null;
  const isType = node.importKind === "type" || node.exportKind === "type" || node.type === "TSImportType";
  return { specifier: source.value, isType };
}

/** `navigator.gpu`, `self.navigator?.gpu`, `const { gpu } = navigator`. */
function isNavigatorGpu(node: Node): boolean {
  if (node.type === "MemberExpression") return named(node.property) === "gpu" && isNavigator(node.object);
  if (node.type !== "VariableDeclarator" || !isNavigator(node.init)) return false;
  const { properties = [] } = node.id as { properties?: readonly { key?: unknown }[] };
  return properties.some(({ key }) => named(key) === "gpu");
}

/** Seen through casts: `(navigator as Navigator)`. */
function isNavigator(value: unknown): boolean {
  const node = value as (Node & { expression?: unknown; property?: unknown }) | null;
  if (node?.expression) return isNavigator(node.expression);
  return named(node) === "navigator" || named(node?.property) === "navigator";
}

function named(value: unknown): unknown {
  const node = value as { name?: unknown; value?: unknown } | null | undefined;
  return node?.name ?? node?.value;
}

/** Names that a module can assign, and collections that start empty, so that they are there to be filled. */
function moduleState(program: Node): string[] {
  return (program.body as readonly Node[]).flatMap((statement) => {
    const declaration = (
      statement.type === "ExportNamedDeclaration" ? statement.declaration : statement
    ) as Node | null;
    if (declaration?.type !== "VariableDeclaration" || declaration.declare) return [];
    const declarators = declaration.declarations as readonly { id: unknown; init: Node | null }[];
    return declarators
      .filter(({ init }) => declaration.kind !== "const" || isEmptyCollection(init))
      .map(({ id }) => `${declaration.kind} ${String(named(id) ?? "{...}")}`);
  });
}

function isEmptyCollection(init: Node | null): boolean {
  if (init?.type === "ArrayExpression") return (init.elements as readonly unknown[]).length === 0;
  if (init?.type === "ObjectExpression") return (init.properties as readonly unknown[]).length === 0;
  if (init?.type !== "NewExpression" || !/^(Weak)?(Map|Set)$/.test(String(named(init.callee)))) return false;
  return (init.arguments as readonly unknown[]).length === 0;
}

function resolveFile(from: string, specifier: string, known: ReadonlySet<string>): string {
  const [bare = ""] = specifier.split("?");
  const path = posix.join(posix.dirname(from), bare);
  const stem = path.replace(/\.jsx?$/, "");
  const candidates = [path, ...[".ts", ".tsx", "/index.ts", "/index.tsx"].map((ending) => stem + ending)];
  return candidates.find((candidate) => known.has(candidate)) ?? path;
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  else if (value && typeof value === "object") {
    if (typeof (value as Node).type === "string") see(value as Node);
    for (const child of Object.values(value)) visit(child, see);
  }
}
