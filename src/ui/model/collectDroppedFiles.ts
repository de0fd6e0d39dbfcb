/** The files of a drop, those inside dropped folders included. */
export async function collectDroppedFiles(transfer: DataTransfer): Promise<File[]> {
  // Entries must be taken before the first await: the list is emptied when the event is over.
  const entries = [...transfer.items].map((item) => (item.kind === "file" ? item.webkitGetAsEntry() : null));
  const loose = [...transfer.files];
  const found = await Promise.all(entries.map((entry) => (entry?.isDirectory ? collectEntry(entry) : [])));
  const folders = new Set(entries.flatMap((entry) => (entry?.isDirectory ? [entry.name] : [])));
  return [...loose.filter((file) => !(folders.has(file.name) && file.type === "")), ...found.flat()];
}

async function collectEntry(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  // A reader hands out a folder in portions; an empty one is the end.
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) return files;
    for (const child of portion) files.push(...(await collectEntry(child)));
  }
}
