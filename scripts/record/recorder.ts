/** Runs one question about a picture and takes down what the panels show of it. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { PNG } from "pngjs";
import { openModelFiles } from "../../src/runtime/files/modelFiles";
import { BufferScope } from "../../src/runtime/gpu/bufferScope";
import type { Gpu } from "../../src/runtime/gpu/device";
import { encodeDispatch } from "../../src/runtime/gpu/dispatch";
import { readFloats } from "../../src/runtime/gpu/readback";
import { paddedStride } from "../../src/runtime/kernels/weightMatrix";
import { STEP_BYTES } from "../../src/runtime/model/forwardBuffers";
import { floatToHalf } from "../../src/runtime/model/half";
import { describeChoice } from "../../src/runtime/model/kernelChoice";
import { type OpenedModel, openModel } from "../../src/runtime/openModel";
import { chatEncoder } from "../../src/runtime/session/chatEncoder";
import type { ImageEncoder } from "../../src/runtime/session/imageEncoder";
import { scoreLogits } from "../../src/runtime/session/inspect";
import { lensReport } from "../../src/runtime/session/logitLens";
import type { PromptItem } from "../../src/runtime/session/promptItems";
import { rowLogits } from "../../src/runtime/session/rowLogits";
import { Session } from "../../src/runtime/session/session";
import type { Tokenizer } from "../../src/runtime/text/tokenizer";
import { tokenText } from "../../src/runtime/text/tokenTexts";
import { dropAlpha, type RgbImage } from "../../src/runtime/vision/rgbImage";
import type { LensReport } from "../../src/shared/inspection";
import { RECORDING_VERSION, type RecordedImage, type Recording } from "../../src/shared/recording";
import { DEFAULT_SAMPLING } from "../../src/shared/sampling";
import { createConversation, type Turn } from "../../src/store/conversation";
import { toRecord } from "../../src/store/conversationFile";
import { folderSources } from "../conformance/models";
import type { EvaluationItem } from "../evaluate/items";

const MOST_TOKENS = 40;
/** Likely tokens of the lens that are taken down. */
const LENS_TOP = 6;

type Question = Pick<EvaluationItem, "messages" | "image">;

export class Recorder {
  private constructor(
    private readonly opened: OpenedModel,
    private readonly name: string,
    private readonly tokenizer: Tokenizer,
    private readonly template: string,
    private readonly images: ImageEncoder,
    private readonly session: Session,
  ) {}

  static async open(gpu: Gpu, directory: string): Promise<Recorder> {
    const opened = await openModel(gpu, await openModelFiles(folderSources(directory)), {
      level: "stored",
      variant: "auto",
    });
    const { model, tokenizer, chatTemplate, images } = opened;
    if (tokenizer === null || chatTemplate === null || images === null) {
      throw new Error(`${directory} cannot chat about pictures.`);
    }
    const session = await Session.create(model, { capacity: 256, precision: "f32" });
    return new Recorder(opened, basename(directory), tokenizer, chatTemplate, images, session);
  }

  async answer(question: Question): Promise<string | null> {
    return (await this.run(question)).text;
  }

  async record(question: Question): Promise<Recording> {
    const { opened, session } = this;
    const { model } = opened;
    const { prompt, ids, text, probabilities, words, picture, cachedTokens, prefillMs, decodeMs } =
      await this.run(question);
    const items = [...prompt, ...ids];
    await session.prefill(items);
    await session.inspect(true);
    const stats = {
      promptTokens: prompt.length,
      cachedTokens,
      generatedTokens: ids.length,
      prefillMs,
      firstTokenMs: prefillMs,
      decodeMs,
      cacheLength: items.length,
      cacheCapacity: session.cache.capacity,
      cacheBytesUsed: items.length * session.cache.bytesPerToken,
      droppedPieces: 0,
    };
    const vocabulary = Array.from({ length: model.spec.vocabSize }, (_, id) => {
      const token = tokenText(this.tokenizer, id);
      return token.bytes === null && !token.isSpecial && token.part === 0 ? token.text : token;
    });
    const attention = await this.attention();
    const lens = await this.lens(items);
    const scored = await this.logits(items);
    const image = await this.image(picture);
    const png = PNG.sync.write(pngOf(picture));
    const pictureId = createHash("sha256").update(png).digest("hex");
    const answer: Turn["answer"] = {
      stats,
      endReason: "end-of-text",
      seed: null,
      ids,
      probabilities,
      settings: null,
      model: this.name,
      level: "stored",
      isCompletion: false,
      opensThought: false,
    };
    const chatId = `recorded-${pictureId.slice(0, 8)}-${createHash("sha256").update(String(ids)).digest("hex").slice(0, 8)}`;
    const turns: Turn[] = [
      { ...turn("recorded-question", null, "user", words), images: [pictureId] },
      { ...turn("recorded-answer", "recorded-question", "assistant", text ?? ""), answer },
    ];
    const chat = { ...createConversation(chatId, 0), turns };
    const data = `data:image/png;base64,${png.toString("base64")}`;
    return {
      version: RECORDING_VERSION,
      report: {
        name: this.name,
        level: "stored",
        spec: model.spec,
        parameters: model.weights.parameters,
        weightBytes: model.weights.bytesByFormat,
        gpuBytes: model.gpuBytes,
        hasTokenizer: true,
        hasChatTemplate: true,
        thinking: null,
        ownSampling: null,
        notKept: null,
        variants: describeChoice(model.choice),
      },
      session: {
        capacity: session.cache.capacity,
        kvPrecision: session.cache.precision,
        cacheBytes: session.cache.sizeBytes,
        bytesPerToken: session.cache.bytesPerToken,
      },
      chats: {
        format: "vitrine-chats",
        exportedAt: new Date(0).toISOString(),
        chats: [toRecord(chat)],
        images: { [pictureId]: { name: "recorded.png", data } },
      },
      ids: items.map((item) => (typeof item === "number" ? item : null)),
      answerAt: prompt.length,
      vocabulary,
      attention,
      ...scored,
      lens,
      images: [image],
    };
  }

  async close(): Promise<void> {
    await this.session.close();
    await this.images.destroy();
    this.opened.model.destroy();
  }

  private async run({ messages, image }: Question) {
    const { tokenizer, images, session } = this;
    const { width, height, data } = PNG.sync.read(Buffer.from(image ?? "", "base64"));
    const picture = dropAlpha(width, height, data);
    const { hash } = await images.encode(picture);
    const [{ content } = { content: "" }] = messages;
    const words = typeof content === "string" ? content : content.map((part) => part.text ?? "").join("");
    const encode = chatEncoder(this.opened, tokenizer, this.template);
    const prompt = encode([{ role: "user", content: words, images: [hash] }]);
    const probabilities: number[] = [];
    const { ids, cachedTokens, prefillMs, decodeMs } = await session.generate({
      ids: prompt,
      sampling: { ...DEFAULT_SAMPLING, greedy: true },
      maxNewTokens: MOST_TOKENS,
      tokensInFlight: 2,
      onToken: (id, logProbability) => {
        probabilities.push(Math.exp(logProbability));
        return tokenizer.endIds.includes(id);
      },
    });
    const hasEnded = tokenizer.endIds.includes(ids.at(-1) ?? -1);
    const text = hasEnded ? tokenizer.decode(ids.slice(0, -1)) : null;
    return { prompt, ids, text, probabilities, words, picture, cachedTokens, prefillMs, decodeMs };
  }

  private async attention(): Promise<Recording["attention"]> {
    const { attention: watch, cachedItems, model } = this.session;
    if (watch === null) throw new Error("Nobody looks into the session.");
    const layers: Recording["attention"][number][] = [];
    for (const layer of model.spec.blocks.keys()) {
      const { queries, keys } = await watch.layerRows(cachedItems, layer);
      layers.push({ queries: halves(queries), keys: halves(keys) });
    }
    return layers;
  }

  /** All positions at once: rows are tapped after every layer, and each stage goes through norm and head together. */
  private async lens(items: readonly PromptItem[]): Promise<Recording["lens"]> {
    const { session } = this;
    const { gpu, spec } = session.model;
    const stride = session.forward.hiddenStrideBytes;
    const stages = spec.blocks.length + 1;
    const most = Math.min(items.length, session.forward.prefillRows);
    const scope = new BufferScope(gpu);
    const step = scope.uniform("step", STEP_BYTES);
    const taps = scope.storage("taps", stages * most * stride);
    const [hidden, normed] = [scope.storage("rows", most * stride), scope.storage("norms", most * stride)];
    const logits = scope.storage("logits", most * paddedStride(spec.vocabSize) * 4);
    const judge = await rowLogits(session, logits, { step, hidden, normed });
    const reports: LensReport[] = [];
    for (let start = 0; start < items.length; start += most) {
      const rows = Math.min(most, items.length - start);
      session.truncate(start);
      await session.runTapped(items.slice(0, start + rows), (encoder, stage) => {
        encoder.copyBufferToBuffer(session.forward.buffers.hidden, 0, taps, stage * most * stride, rows * stride);
      });
      gpu.device.queue.writeBuffer(step, 0, Uint32Array.of(start, rows, 0, 0));
      const found: Float32Array[] = [];
      for (let stage = 0; stage < stages; stage++) {
        const encoder = gpu.device.createCommandEncoder();
        encoder.copyBufferToBuffer(taps, stage * most * stride, hidden, 0, rows * stride);
        const pass = encoder.beginComputePass();
        for (const dispatch of judge) encodeDispatch(pass, dispatch, rows);
        pass.end();
        gpu.device.queue.submit([encoder.finish()]);
        found.push(await readFloats(gpu, logits, 0, rows * paddedStride(spec.vocabSize)));
      }
      for (let row = 0; row < rows; row++) {
        const at = row * paddedStride(spec.vocabSize);
        const own = found.map((all) => all.slice(at, at + spec.vocabSize));
        reports.push(lensReport(this.opened, start + row, own, LENS_TOP));
      }
    }
    scope.destroy();
    return reports;
  }

  private async logits(items: Parameters<typeof scoreLogits>[1]): Promise<Pick<Recording, "logits" | "logitMaxima">> {
    const { vocabSize } = this.session.model.spec;
    const rows = new Float32Array(items.length * vocabSize);
    const maxima = new Float32Array(items.length);
    await scoreLogits(this.session, items, (position, logits) => {
      const highest = logits.reduce((most, logit) => Math.max(most, logit));
      maxima[position] = highest;
      for (const [id, logit] of logits.entries()) rows[position * vocabSize + id] = logit - highest;
    });
    return { logits: halves(rows), logitMaxima: Buffer.from(maxima.buffer).toString("base64") };
  }

  private async image(picture: RgbImage): Promise<RecordedImage> {
    const { images } = this;
    const { hash, rows, seen, resizedWidth, resizedHeight, cropLeft, cropTop } = await images.encode(picture);
    const tower: RecordedImage["tower"][number][] = [];
    for (const layer of images.vision.blocks.keys()) {
      const met = await images.attentionOf(hash, layer);
      if (met !== undefined) tower.push({ queries: halves(met.queries), keys: halves(met.keys) });
    }
    const sizes = { sourceWidth: picture.width, sourceHeight: picture.height, resizedWidth, resizedHeight };
    const data = Buffer.from(seen.data).toString("base64");
    const { patchSize } = images.vision;
    return {
      report: { hash, ...sizes, cropLeft, cropTop, seen: { ...seen, data }, patchSize, tokens: rows.length },
      tower,
    };
  }
}

function turn(id: string, parentId: string | null, role: Turn["role"], text: string): Turn {
  return {
    id,
    parentId,
    role,
    text,
    images: [],
    state: "done",
    error: null,
    answer: null,
    isEdited: false,
    createdAt: 0,
  };
}

function halves(values: Float32Array): string {
  return Buffer.from(Uint16Array.from(values, floatToHalf).buffer).toString("base64");
}

function pngOf({ width, height, data }: RgbImage): PNG {
  const png = new PNG({ width, height });
  for (let i = 0; i < width * height; i++) png.data.set([...data.subarray(i * 3, i * 3 + 3), 255], i * 4);
  return png;
}
