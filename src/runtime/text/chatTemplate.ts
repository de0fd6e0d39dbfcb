/** The model's own chat template (Jinja) and what it needs: finding it, rendering it, encoding what it gave. */
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { VitrineError } from "../../shared/errors";
import { formatDate } from "./formatDate";
import type { Tokenizer } from "./tokenizer";

/** Loose, because templates read whatever their model was trained with: name, tool_calls, content parts. */
export interface TemplateMessage {
  readonly role: string;
  readonly content: unknown;
  readonly [field: string]: unknown;
}

export interface RenderOptions {
  readonly bosToken: string;
  readonly eosToken: string;
  /** Ends the text where the model's answer begins. */
  readonly addGenerationPrompt: boolean;
  readonly tools?: readonly unknown[];
  /** Today, for templates that tell the model the date. */
  readonly now?: Date;
  /** Further variables, e.g. enable_thinking. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** @throws ChatTemplateError when the template does not parse or refuses these messages, in its own words */
export function renderChat(template: string, messages: readonly TemplateMessage[], options: RenderOptions): string {
  const program = attempt("The model's chat template cannot be read", () =>
    // As Hugging Face renders templates: a block's own line break and indentation are not text.
    parse(tokenize(template, { lstrip_blocks: true, trim_blocks: true })),
  );
  const variables = {
    ...options.variables,
    ...globals(options.now ?? new Date()),
    messages,
    bos_token: options.bosToken,
    eos_token: options.eosToken,
    add_generation_prompt: options.addGenerationPrompt,
    ...(options.tools && options.tools.length > 0 ? { tools: options.tools } : {}),
  };
  return attempt("The model's chat template refuses this conversation", () => {
    const environment = new Environment();
    for (const [name, value] of Object.entries(variables)) environment.set(name, value);
    return String(new Interpreter(environment).run(program).value);
  });
}

/** The library's own globals cannot be replaced, and its strftime_now knows only the present. */
function globals(now: Date): Readonly<Record<string, unknown>> {
  return {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    range,
    raise_exception: (message: string) => {
      throw new Error(message);
    },
    strftime_now: (format: string) => formatDate(now, format),
  };
}

/** Python's range(stop), range(start, stop), range(start, stop, step). */
function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new Error("range() with a step of 0");
  return Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, index) => start + index * step);
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VitrineError("ChatTemplateError", `${what}: ${reason}`, { cause });
  }
}

/** Where templates are kept: a chat_template.jinja beside the model, tokenizer_config.json, GGUF metadata. */
export interface TemplatePlaces {
  readonly file?: string | null;
  readonly tokenizerConfig?: Readonly<Record<string, unknown>> | null;
  readonly ggufMetadata?: Readonly<Record<string, unknown>> | null;
}

/** Null: a base model. Of several named templates the one named "default". */
export function findChatTemplate(places: TemplatePlaces): string | null {
  if (places.file) return places.file;
  return (
    templateIn(places.tokenizerConfig?.chat_template) ?? templateIn(places.ggufMetadata?.["tokenizer.chat_template"])
  );
}

function templateIn(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  const named = entries.flatMap((entry) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { name, template } = entry as { name?: unknown; template?: unknown };
    return typeof template === "string" ? [{ name, template }] : [];
  });
  const found = named.find((entry) => entry.name === "default") ?? named[0];
  if (found) return found.template;
  const byName = typeof value === "object" && value !== null ? (value as { default?: unknown }).default : undefined;
  return typeof byName === "string" ? byName : null;
}

/** Text of a token as templates want it for bos_token and eos_token; "" when the model has none. */
export function specialText(tokenizer: Tokenizer, id: number | null): string {
  return id === null ? "" : new TextDecoder().decode(tokenizer.tokenBytes(id, { showSpecial: true }));
}

/** Ids of a rendered chat: special tokens are parsed, and BOS is added only where the template did not write it. */
export function encodeChat(tokenizer: Tokenizer, rendered: string): number[] {
  const ids = tokenizer.encode(rendered, { addSpecial: false, parseSpecial: true });
  const { addsBos, bosId } = tokenizer;
  return addsBos && bosId !== null && ids[0] !== bosId ? [bosId, ...ids] : ids;
}
