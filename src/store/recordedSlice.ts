/** The recorded example: the panels without WebGPU, on what a model once did. */
import type { SliceContext } from "./appState";

export interface RecordedSlice {
  /** What the page shows is a recording: nothing can be asked of it. */
  readonly isRecorded: boolean;
  /** @param base the page's own address */
  readonly openRecorded: (base: string) => Promise<void>;
}

export const RECORDING_FILE = "recorded/example.json";

export function createRecordedSlice({ runtime, get, set }: SliceContext): RecordedSlice {
  let isOpening = false;
  return {
    isRecorded: false,
    openRecorded: async (base) => {
      if (isOpening) return;
      isOpening = true;
      const address = new URL(RECORDING_FILE, base).href;
      try {
        const { report, session, chats } = await runtime.openRecording(address);
        const sessionRequest = { capacity: session.capacity, kvPrecision: session.kvPrecision };
        set({
          isRecorded: true,
          model: { report, request: { source: { kind: "url", url: address }, level: "stored", variant: "auto" } },
          session,
          sessionRequest,
          cacheRequest: sessionRequest,
        });
        // Opened before: it is among the chats already.
        const { chats: known } = get();
        const [first] = (JSON.parse(chats) as { chats: { id: string }[] }).chats;
        if (first !== undefined && known.has(first.id)) get().selectChat(first.id);
        else await get().importChats(new File([chats], RECORDING_FILE));
      } catch (error) {
        get().report({ kind: "open", name: RECORDING_FILE }, error);
      } finally {
        isOpening = false;
      }
    },
  };
}
