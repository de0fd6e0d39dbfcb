/** What only the page can ask the browser about storage and memory: workers are not given either. */

/** Asks the browser never to delete what this site keeps; false when it refuses. */
export async function persistStorage(): Promise<boolean> {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

/** Of the machine; rounded, and cut at some GiB. Null where the browser does not tell. */
export function memoryBytes(): number | null {
  const { deviceMemory } = navigator as Navigator & { readonly deviceMemory?: number };
  return deviceMemory === undefined ? null : deviceMemory * 2 ** 30;
}
