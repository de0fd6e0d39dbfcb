/** A file that is written in parts: where the person says, or in the downloads. */
import type { FileSink } from "../../store/savingSlice";
import { downloadBlob } from "../downloadText";

/** File System Access, which not every browser has. */
type Picker = (options: { readonly suggestedName: string }) => Promise<{
  readonly createWritable: () => Promise<FileSink>;
}>;

/** Null: the person changed their mind. To be called by a click. */
export async function openFileSink(name: string): Promise<FileSink | null> {
  const pick = (window as unknown as { readonly showSaveFilePicker?: Picker }).showSaveFilePicker;
  if (pick === undefined) return blobSink(name);
  try {
    const writable = await (await pick.call(window, { suggestedName: name })).createWritable();
    return {
      write: (bytes) => writable.write(bytes),
      close: () => writable.close(),
      abort: () => writable.abort(),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    // Not allowed here, in a frame of another site: the downloads are.
    return blobSink(name);
  }
}

/** A blob of blobs: browsers keep large ones on disk, so that the whole file is never in the page's memory. */
function blobSink(name: string): FileSink {
  let parts: Blob[] = [];
  return {
    write: async (bytes) => void parts.push(new Blob([bytes])),
    close: async () => downloadBlob(name, new Blob(parts)),
    abort: async () => {
      parts = [];
    },
  };
}
