import { setTimeout as pause } from "node:timers/promises";

const STILL_READINGS = 5;
const BETWEEN_MS = 60;

/** What glides to its place: the value once several readings in a row were the same. */
export async function atRest(read: () => Promise<number>): Promise<number> {
  let value = await read();
  for (let same = 1; same < STILL_READINGS; ) {
    await pause(BETWEEN_MS);
    const next = await read();
    same = next === value ? same + 1 : 1;
    value = next;
  }
  return value;
}
