/** The cache in numbers: what it holds, what it could hold, and what it would be with other numbers. */
import AxeBuilder from "@axe-core/playwright";
import { talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

/** 2 x 1 layer x 1 kv head x head dim 16 x 4 bytes, of the talking model. */
const BYTES_PER_TOKEN = 2 * 1 * 1 * 16 * 4;
const KIB = 1024;

test("bytes now, reserved and at most, with the sum they come from", async ({ chat, page }) => {
  await chat.goto("?tab=kv-cache");
  await chat.chooseFiles(talkingGguf());
  await chat.expectReady();
  await chat.choose("Cache capacity", "128");
  await chat.ask("cats");
  const panel = page.getByRole("tabpanel", { name: "KV cache" });
  const bytesOf = (kind: string) => chat.number(panel.locator(`[data-kind="${kind}"]`), "bytes");
  expect(await bytesOf("now")).toBe(13 * BYTES_PER_TOKEN);
  expect(await bytesOf("now")).toBe(await chat.number(chat.cache, "bytes-used"));
  expect(await bytesOf("reserved")).toBe(128 * BYTES_PER_TOKEN);
  expect(await bytesOf("maximum")).toBe(256 * BYTES_PER_TOKEN);
  await expect(panel).toContainText("2 × 1 layers × 1 kv heads × head dim 16 × 4 bytes × 13 tokens");
  await expect(panel.getByRole("img", { name: /By layer: 1 layers/ })).toBeVisible();
  await expect(panel).toContainText("No layer of this model has a sliding window");
  await panel.getByText("As a table").click();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).include("#inspector").analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  }
});

test("known models and other heads, precisions and lengths", async ({ chat, page }) => {
  await chat.goto("?tab=kv-cache");
  const panel = page.getByRole("tabpanel", { name: "KV cache" });
  const sum = panel.locator(".what-if-sum");
  // No model is open: a known one is there to look at.
  expect(await chat.number(sum, "bytes-per-token")).toBe(512 * KIB);
  const model = panel.getByRole("combobox", { name: "Model" });
  await model.selectOption("Llama-2-13B");
  expect(await chat.number(sum, "bytes-per-token")).toBe(800 * KIB);
  await model.selectOption("Llama-2-70B");
  expect(await chat.number(sum, "bytes-per-token")).toBe(320 * KIB);
  const sharing = panel.getByRole("combobox", { name: "Heads that share keys and values" });
  await sharing.selectOption("MHA: every head its own");
  expect(await chat.number(sum, "bytes-per-token")).toBe(2.5 * KIB * KIB);
  await sharing.selectOption("MQA: all together");
  expect(await chat.number(sum, "bytes-per-token")).toBe(40 * KIB);
  await panel.getByRole("combobox", { name: "Precision" }).selectOption("f32, 4 bytes");
  await panel.getByRole("spinbutton", { name: "Tokens", exact: true }).fill("1000");
  expect(await chat.number(sum, "bytes")).toBe(80 * KIB * 1000);
  await model.selectOption("Mistral-7B v0.1");
  await sharing.selectOption({ index: 0 });
  await panel.getByRole("spinbutton", { name: "Tokens", exact: true }).fill("8192");
  await expect(sum).toContainText("1 GiB where what has left a window is freed");
  const compared = panel.getByRole("table", { name: /Bytes by sharing/ });
  await expect(compared.locator('[data-current="true"]')).toContainText("GQA");
});
