/** Switching models over and over: what stays in the page's memory. */
import type { CDPSession } from "@playwright/test";
import { talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

const ROUNDS = 10;
const MIB = 2 ** 20;

interface Held {
  readonly heapBytes: number;
  /** Of channels to the worker, three a load: they close when the worker's collector finds their ends unused. */
  readonly ports: number;
}

/** After the collector. */
async function heldBy(devtools: CDPSession): Promise<Held> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { result } = await devtools.send("Runtime.evaluate", { expression: "MessagePort.prototype" });
  const prototypeObjectId = result.objectId as string;
  const { objects } = await devtools.send("Runtime.queryObjects", { prototypeObjectId });
  const counted = await devtools.send("Runtime.callFunctionOn", {
    objectId: objects.objectId as string,
    functionDeclaration: "function () { return this.length; }",
    returnByValue: true,
  });
  for (const { objectId } of [result, objects]) {
    await devtools.send("Runtime.releaseObject", { objectId: objectId as string });
  }
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  return { heapBytes: usedSize, ports: counted.result.value as number };
}

test("ten rounds of switching models leave the page's heap where it was", async ({ chat, context, page }) => {
  test.setTimeout(400_000);
  const files = [talkingGguf({}, "one.gguf"), talkingGguf({}, "two.gguf")] as const;
  await chat.goto();
  const devtools = await context.newCDPSession(page);
  const held: Held[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const name = ["one", "two"][round % 2] as string;
    await chat.chooseFiles(files[round % 2 === 0 ? 0 : 1]);
    await expect(chat.model).toContainText(`${name} · as stored`, { timeout: 60_000 });
    await chat.expectReady(name);
    held.push(await heldBy(devtools));
  }
  const told = held.map(({ heapBytes, ports }) => `${(heapBytes / MIB).toFixed(2)} MiB, ${ports} ports`).join("; ");
  console.log(told);
  const [, , third] = held;
  const last = held.at(-1);
  // Seven models more; each is half a mebibyte, and what is made of it is on the worker's side.
  expect((last?.heapBytes ?? 0) - (third?.heapBytes ?? 0), told).toBeLessThan(MIB);
  expect(last?.ports, told).toBeLessThanOrEqual(3 * ROUNDS + 2);
});
