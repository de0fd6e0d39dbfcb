/** The cache in numbers: what it holds, what it could hold, and what it would be with other numbers. */
import { axeFindings } from "./helpers/axe";
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
  const expectBytes = (kind: string, bytes: number) =>
    expect(panel.locator(`[data-kind="${kind}"]`)).toHaveAttribute("data-bytes", String(bytes));
  await expectBytes("now", 13 * BYTES_PER_TOKEN);
  await expectBytes("now", await chat.number(chat.cache, "bytes-used"));
  await expectBytes("reserved", 128 * BYTES_PER_TOKEN);
  await expectBytes("maximum", 256 * BYTES_PER_TOKEN);
  await expect(panel).toContainText("2 × 1 layers × 1 kv heads × head dim 16 × 4 bytes × 13 tokens");
  await expect(panel.getByRole("img", { name: /By layer: 1 layers/ })).toBeVisible();
  await expect(panel).toContainText("No layer of this model has a sliding window");
  await panel.getByText("As a table").click();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect(await axeFindings(page, "#inspector")).toEqual([]);
  }
});

test("known models and other heads, precisions and lengths", async ({ chat, page }) => {
  await chat.goto("?tab=kv-cache");
  const panel = page.getByRole("tabpanel", { name: "KV cache" });
  const sum = panel.locator(".what-if-sum");
  // No model is open: a known one is there to look at.
  await expect(sum).toHaveAttribute("data-bytes-per-token", String(512 * KIB));
  const model = panel.getByRole("combobox", { name: "Model" });
  await model.selectOption("Llama-2-13B");
  await expect(sum).toHaveAttribute("data-bytes-per-token", String(800 * KIB));
  await model.selectOption("Llama-2-70B");
  await expect(sum).toHaveAttribute("data-bytes-per-token", String(320 * KIB));
  const sharing = panel.getByRole("combobox", { name: "Heads that share keys and values" });
  await sharing.selectOption("MHA: every head its own");
  await expect(sum).toHaveAttribute("data-bytes-per-token", String(2.5 * KIB * KIB));
  await sharing.selectOption("MQA: all together");
  await expect(sum).toHaveAttribute("data-bytes-per-token", String(40 * KIB));
  await panel.getByRole("combobox", { name: "Precision" }).selectOption("f32, 4 bytes");
  await panel.getByRole("spinbutton", { name: "Tokens", exact: true }).fill("1000");
  await expect(sum).toHaveAttribute("data-bytes", String(80 * KIB * 1000));
  await model.selectOption("Mistral-7B v0.1");
  await sharing.selectOption({ index: 0 });
  await panel.getByRole("spinbutton", { name: "Tokens", exact: true }).fill("8192");
  await expect(sum).toContainText("1 GiB where what has left a window is freed");
  const compared = panel.getByRole("table", { name: /Bytes by sharing/ });
  await expect(compared.locator('[data-current="true"]')).toContainText("GQA");
});
