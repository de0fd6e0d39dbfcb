/** "config.json" of "models/smollm/config.json". */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
