/** Every word of the interface, in English; other tables have the same shape. */
import type { ErrorName } from "../../shared/errors";
import type { EndReason, LoadProgress } from "../../shared/protocol";
import type { Failure } from "../../store/noticeSlice";
import type { SamplingPreset } from "../../store/samplingPresets";
import type { NumericSetting } from "../../store/samplingSlice";
import { enArchitecture } from "./enArchitecture";
import { enAttention } from "./enAttention";
import { enCompare } from "./enCompare";
import { enImage } from "./enImage";
import { enKvCache } from "./enKvCache";
import { enLibrary } from "./enLibrary";
import { enNextToken } from "./enNextToken";
import { enPrompts } from "./enPrompts";

type Stages = { readonly [S in LoadProgress["stage"]]: string };

export const en = {
  header: {
    chats: "Chats",
    commands: "Commands",
    adapterHint: "The adapter that computes",
    software: "software",
    model: "Model",
    noModel: "No model open",
    noWebGpu: "WebGPU is not available",
    cancelling: "cancelling",
    paused: "paused",
    opening: "opening",
    ready: "ready",
    stages: {
      waiting: "waiting for another tab",
      reading: "reading",
      downloading: "downloading",
      weights: "loading weights",
      tokenizer: "preparing the tokenizer",
      kernels: "choosing kernels",
    } satisfies Stages as Stages,
    context: "Context",
    contextUnknown: "How much fits is known once a model is open.",
    contextUsed: (percent: string) => `${percent} of the context is used`,
  },
  contextNext: {
    stop: "When it is full, the answer ends there; nothing is dropped.",
    nothing: "When it is full, the oldest turns are dropped. There are none to drop yet.",
    drop: (words: string) => `When it is full, this goes first: “${words}” and its answer.`,
    text: "When it is full, the oldest part of the text is dropped, but for its first four tokens.",
    high: (percent: string) => `${percent} of the context is used.`,
    dropInstead: "Drop the oldest instead",
    dropNow: "Drop the oldest and go on",
  },
  loading: {
    name: "Loading model",
    stages: {
      waiting: "Another tab holds it",
      reading: "Reading the file",
      downloading: "Downloading",
      weights: "Bringing the weights to the GPU",
      tokenizer: "Preparing the tokenizer",
      kernels: "Compiling and timing kernels",
    } satisfies Stages as Stages,
    opening: "Opening",
    cancelling: "Cancelling",
    cancel: "Cancel loading",
    pause: "Pause",
    resume: "Resume",
    paused: "Paused",
    rate: (rate: string) => `${rate}/s`,
    left: (time: string) => `${time} left`,
    takeOver: "Take over",
    asking: "It may not fit: waiting for your word",
    showFit: "See what it needs",
    heldSince: (time: string) => `A tab of this page has had this model open since ${time}.`,
    retrying: "The connection was cut, or the server is busy. Trying again.",
    noResume: "This server sends whole files only: an interrupted download begins anew.",
    notKept: (reason: string) => `Not kept for the next visit. ${reason}`,
    of: (done: string, total: string) => `${done} of ${total}`,
  },
  failure: (failure: Failure): string => {
    switch (failure.kind) {
      case "open":
        return `Could not open ${failure.name}`;
      case "taken":
        return `${failure.name} is open in another tab now`;
      case "import":
        return failure.name === "" ? "The import changed nothing" : `${failure.name} was not imported`;
      case "picture":
        return failure.name === "" ? "The picture was not added" : `${failure.name} was not added`;
      case "open-link":
        return "Could not open the link";
      case "cancel":
        return "Could not cancel";
      case "stop":
        return "Could not stop";
      case "send":
        return "The message was not sent";
      case "cache":
        return "The cache could not be changed";
      case "device":
        return "The graphics device did not answer";
      case "device-lost":
        return "The graphics device was lost";
      case "library":
        return "That did not work";
      case "drop":
        return "The dropped files could not be read";
      case "save":
        return "Chats are not being saved";
      case "restore":
        return "Some saved chats could not be read and stay untouched";
    }
  },
  dismiss: "Dismiss",
  close: "Close",
  cancel: "Cancel",
  /** By kind; null where the messages themselves are in this language. */
  errors: null as { readonly [N in ErrorName]: string } | null,
  errorDetail: "",
  /** A message of the runtime, or a reason it gives, in the page's language, what it names included; null where it is not known. */
  runtimeText: (_message: string): string | null => null,
  reloadModel: "Reload the model",
  chats: {
    list: "Chats",
    search: "Search chats",
    newChat: "New chat",
    untitled: "New chat",
    none: "Chats you begin are kept here, on this device only.",
    noMatch: "No chat holds these words.",
    pinned: "Pinned",
    recent: "Recent",
    writing: "being written",
    actions: (title: string) => `Actions for ${title}`,
    rename: "Rename",
    title: "Title",
    pin: "Pin",
    unpin: "Unpin",
    delete: "Delete",
    exportJson: "Save as JSON",
    exportMarkdown: "Save as Markdown",
    exportAll: "Save all chats as JSON",
    export: "Export",
    exportHint: "This chat as JSON, with every branch, token ids and settings",
    formats: "Other formats",
    import: "Import",
    importHint: "Chats from a JSON or Markdown file",
    imported: (count: number) => (count === 1 ? "1 chat was imported." : `${count} chats were imported.`),
    deleted: "Chat deleted.",
    turnDeleted: "Turn deleted, with what followed it.",
    undo: "Undo",
  },
  turn: {
    you: "You",
    assistant: "Assistant",
    conversation: "Conversation",
    jump: "Jump to latest",
    unanswered: "Not part of the conversation: it got no answer.",
    interrupted: "interrupted",
    edited: "edited by you",
    reading: "Reading",
    readingTokens: (done: number, total: number) => `Reading token ${done} of ${total}`,
    thinking: "Thinking",
    thought: "Thoughts",
    copy: "Copy",
    copied: "Copied",
    copyCode: "Copy code",
    edit: "Edit",
    editLabel: { user: "Edit your message", assistant: "Edit the answer" },
    saveMessage: "Send as a branch",
    saveMessageOnly: "Save as a branch",
    regenerate: "Regenerate",
    continue: "Continue",
    delete: "Delete turn",
    details: "Details",
    previousBranch: "Previous branch",
    nextBranch: "Next branch",
    branch: (position: number, count: number) => `Branch ${position} of ${count}`,
    rawTokens: "Token ids",
    noTokens: "No token ids were kept with this turn.",
    image: (alt: string) => (alt === "" ? "Image, not loaded" : `Image, not loaded: ${alt}`),
    seed: (seed: number) => `seed ${seed}`,
    greedy: "greedy",
    repeats: "the same as a branch before",
    firstToken: (duration: string) => `first token after ${duration}`,
    promptTokens: (tokens: string) => `prompt ${tokens}`,
    prefill: (rate: string) => `prefill ${rate}`,
    ends: {
      "end-of-text": "finished by itself",
      "max-tokens": "reached max new tokens",
      "stop-string": "met a stop string",
      stopped: "stopped by you",
      capacity: "the cache is full",
    } satisfies { [R in EndReason]: string } as { readonly [R in EndReason]: string },
  },
  composer: {
    chat: "Chat",
    message: "Message",
    write: "Write a message",
    noModel: "Open a model, then write here",
    begin: "Begin a text for the model to continue",
    noTokenizer: "This model has no tokenizer, so it cannot chat.",
    base: "This is a base model: it continues your text. Each message starts afresh; Continue goes on where it ended.",
    elsewhere: (title: string) => `An answer is being written in “${title}”.`,
    think: "Think",
    send: "Send",
    stop: "Stop",
  },
  image: enImage,
  empty: {
    title: "A language model, under glass.",
    text: "Open a model from your disk. It runs on this device's graphics processor, inside this tab; nothing you write leaves it.",
    choose: "Choose files",
    hint: "A GGUF file, or config.json, tokenizer.json and *.safetensors of a Llama, Mistral, Qwen, SmolLM or GPT‑2 model. You can also drop them anywhere here.",
    listing: (id: string) => `Asking the hub which files ${id} has.`,
    onItsWay: "The model is on its way. You can write your message meanwhile.",
    asking: "The model may not fit this device. Nothing comes before you say so: see what it needs.",
    heldElsewhere:
      "Another tab has this model open. It opens here when that tab lets go of it, or when you take it over.",
    paused: "Loading is paused. It goes on where it stopped as soon as you resume it.",
    severalFiles: (id: string, count: number) => `${id} has ${count} models to choose from.`,
    showFiles: "Choose one",
    ask: "Ask something.",
    askExample: "Explain in three sentences how a rainbow comes about.",
    begin: "Begin a text.",
    beginExample: "Once upon a time",
    bundled: "Pane is here.",
    bundledAbout:
      "A very small model that came with this page. It knows simple shapes, lists, small sums, little stories and how language models work, nothing else, and makes mistakes.",
    // In English in every language: the model knows no other.
    bundledExamples: [
      "How does attention work?",
      "Tell a story about a fox and a lamp.",
      "27 + 48 =",
      "What does the KV cache hold?",
    ],
    otherModels: "Larger models",
    cannotChat: "This model cannot chat.",
    noTokenizer: (name: string) =>
      `${name} came without a tokenizer, so text cannot be turned into its tokens. Open it again together with its tokenizer.json.`,
    again: (name: string) => `Open ${name} again`,
    chooseAgain: (name: string) => `Choose ${name} again`,
    lastFiles: (name: string) =>
      `Last time you used ${name} from your own files. Pages may not open files by themselves, so choose it once more to go on.`,
  },
  noWebGpu: {
    title: "This browser gives the page no graphics processor.",
    text: "The model computes through WebGPU, which is missing here, so there is nothing to chat with yet.",
    insecure:
      "This page came over plain http from another machine. Browsers offer WebGPU on https and on localhost only: open it through one of these.",
    recorded: "What a model does inside can be looked at all the same: a short conversation, recorded.",
    openRecorded: "Open the recorded example",
    recordedTag: "recorded",
    recordedNote: (model: string) =>
      `This is what ${model} once read and answered. Every panel shows its real numbers, but nothing can be asked or computed anew.`,
    thisBrowser: "this browser",
    tryAgain: "Try again",
    answer: "The browser's answer:",
    chrome:
      "Version 113 or newer has it on Windows, macOS and ChromeOS, 121 on Android 12. Turn on “Use graphics acceleration when available” under Settings, System. On Linux, enable “Unsafe WebGPU Support” and “Vulkan” at chrome://flags.",
    safari:
      "Version 26 has it on macOS, iOS and iPadOS. On older systems, turn on “WebGPU” under Settings, Feature Flags; if it is not listed, use Chrome or Edge on a Mac.",
    firefox:
      "Version 141 or newer has it on Windows, 145 on Macs with Apple silicon. Elsewhere, set dom.webgpu.enabled to true at about:config, or use Chrome.",
    or: "Chrome or Edge",
  },
  inspector: {
    name: "Inspector",
    uncover: "Back to the chat",
    divider: "Width of the chat",
    dividerHint: "Drag to share the width; double-click for the usual shares",
    chatShare: (percent: number) => `${percent} % for the chat`,
    noWebGpu: "Without WebGPU nothing is computed here. The recorded example fills these tabs.",
  },
  /** Of the inspector, in one or two words each. */
  compare: enCompare,
  attention: enAttention,
  kvCache: enKvCache,
  nextToken: enNextToken,
  tabs: { attention: "Attention", nextToken: "Next token", kvCache: "KV cache", compare: "Compare", models: "Models" },
  settings: { name: "Settings" },
  library: enLibrary,
  model: {
    panel: "Model",
    stored: "as stored",
    storedAs: (format: string) => `as stored (${format})`,
    staysStored: (level: string) =>
      `These files are quantized already and stay as they are; ${level} needs the full-precision files.`,
    close: "Close model",
    openFiles: "Open model files",
    openHint:
      "One GGUF file, or config.json, tokenizer.json and *.safetensors together. Dropping them on the page works too.",
    drop: "Drop to open the model",
    level: "Level",
    levelHint: "How weights are kept on the GPU. Full-precision files are converted while they load.",
    kernels: "Kernels",
    kernelsHint: "Auto times the candidates while loading and takes the fastest.",
    earlierChoice: "The open model still uses the earlier choice.",
    reload: "Reload as chosen",
    weights: "Weights",
    parameters: "Parameters",
    onGpu: "On the GPU",
    onGpuOf: (all: string, weights: string) => `${all}, of these weights ${weights}`,
    architecture: "Architecture",
    spec: enArchitecture,
  },
  prompt: {
    panel: "System prompt",
    name: "System prompt",
    hint: "Goes before the conversation, in this chat only.",
    baseHint: "A base model reads no system prompt: it continues the text you write.",
    begin: "Begin the text with it",
    preset: "Preset",
    choose: "Choose a preset",
    builtIn: "Examples",
    own: "Your own",
    save: "Save as preset",
    saveName: "Preset name",
    saveConfirm: "Save",
    remove: "Delete preset",
    presets: enPrompts,
  },
  sampling: {
    panel: "Sampling",
    reset: "Reset",
    preset: "Preset",
    presetHint: "Sets what draws the next token; seed and lengths stay.",
    custom: "your own",
    modelsOwn: "the model's own",
    modelsOwnHint: "As the model's files ask. What you change here wins.",
    presets: {
      precise: "precise",
      balanced: "balanced",
      creative: "creative",
      greedy: "greedy",
      llamaCpp: "llama.cpp defaults",
    } satisfies { [P in SamplingPreset]: string } as { readonly [P in SamplingPreset]: string },
    greedy: "Greedy",
    greedyHint: "Always the likeliest token, whatever the next five settings say.",
    penalties: "Penalties",
    length: "Length and pace",
    cache: "Cache",
    labels: {
      temperature: "Temperature",
      topK: "Top-k",
      topP: "Top-p",
      minP: "Min-p",
      repetitionPenalty: "Repetition penalty",
      frequencyPenalty: "Frequency penalty",
      presencePenalty: "Presence penalty",
      seed: "Seed",
      maxNewTokens: "Max new tokens",
    } satisfies { [S in NumericSetting]: string } as { readonly [S in NumericSetting]: string },
    hints: {
      temperature: "Lower is steadier, higher is more surprising.",
      topK: "Keeps the k likeliest tokens; 0: all.",
      topP: "Keeps the likeliest up to this share; 1: all.",
      minP: "Drops what is below this share of the likeliest.",
      repetitionPenalty: "Weakens the last 64 tokens; 1 is off.",
      frequencyPenalty: "Subtracted for every recent use; 0 is off.",
      presencePenalty: "Subtracted once if used recently; 0 is off.",
      seed: "Empty: drawn afresh for each answer and shown with it. The same seed repeats an answer.",
      maxNewTokens: "An answer ends here at the latest.",
    } satisfies { [S in NumericSetting]: string } as { readonly [S in NumericSetting]: string },
    outOfRange: (min: string, max: string, used: string) => `From ${min} to ${max}; ${used} is used.`,
    drawn: "drawn",
    takeAgain: (seed: number) => `Use ${seed} again`,
    drawAfresh: "Draw afresh",
    stopStrings: "Stop strings",
    stopStringsHint: "One per line; the answer ends before them. \\n stands for a line break.",
    inFlight: "Tokens in flight",
    inFlightHint: "Steps handed to the GPU ahead of the one being read. Changes the speed, never the text.",
    capacity: "Cache capacity",
    capacityHint: "Tokens the model can look back on. A change reads the conversation again.",
    whatFits: "what fits",
    precision: "KV precision",
    precisionHint: "f16 halves the cache and rounds what it keeps.",
    whenFull: "When the cache is full",
    whenFullHint: "Dropping keeps the first tokens and reads the rest again.",
    endAnswer: "end the answer",
    dropOldest: "drop the oldest turns",
  },
  statistics: {
    newest: "Newest answer:",
    name: "Generation statistics",
    cache: "KV cache",
    bytesOf: (used: string, all: string) => `${used} of ${all}`,
    tokens: "Tokens",
    tokensOf: (used: string, all: string, percent: string) => `${used} of ${all}, ${percent}`,
    inUse: "In use",
    reserved: "Reserved",
    perToken: "Per token",
    next: "Dropped next",
  },
  device: {
    panel: "Device",
    asking: "Asking the browser for a graphics adapter.",
    unavailable: "This browser offers no WebGPU adapter.",
    failed: "The graphics adapter did not answer.",
    softwareNote:
      "A software adapter computes on the processor: the answers are right, but slow. Check that the browser uses graphics acceleration.",
    adapter: "Adapter",
    architecture: "Architecture",
    largestBuffer: "Largest buffer",
    largestBinding: "Largest binding",
    workgroupMemory: "Workgroup memory",
    workgroupSize: "Workgroup size",
    threads: (count: string) => `${count} threads`,
    features: "Features in use",
    noFeatures: "None beyond the standard: everything is computed in f32.",
    kernels: "Kernels chosen",
    operation: "Operation",
    variant: "Variant",
    why: "Why",
  },
  language: {
    label: "Language",
    hint: "Of the interface; the model answers in any it knows.",
    auto: "as the browser",
  },
  palette: {
    name: "Commands",
    search: "Type a command or a chat",
    nothing: "Nothing is called that.",
    actions: "Actions",
    chats: "Chats",
    sampling: "Sampling preset",
  },
  shortcuts: {
    name: "Keyboard shortcuts",
    list: "Show this list",
    palette: "Commands and chats",
    newChat: "New chat",
    search: "Search chats",
    message: "Write a message",
    send: "Send",
    newLine: "New line",
    stop: "Stop the answer",
    regenerate: "Regenerate the last answer",
    editLast: "Edit your last message",
    copyLast: "Copy the last answer",
    sidebar: "Show or hide chats",
    settings: "Show or hide settings",
    inspector: "Show or hide the inspector",
    close: "Close what is open",
    enter: "Enter",
    shift: "Shift",
    ctrl: "Ctrl",
    escape: "Esc",
  },
};

export type Strings = typeof en;
