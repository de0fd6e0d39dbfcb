/** Every head of a model that speaks, as a person sees it. */
import type { Locator, Page } from "@playwright/test";
import { PNG } from "pngjs";
import { axeFindings } from "./helpers/axe";
import { ChatPage } from "./helpers/chatPage";
import { PATIENT_CONTEXT, patientGguf, randomGguf, seeingFolder } from "./helpers/models";
import { plainPng } from "./helpers/pictures";
import { expect, test } from "./helpers/test";

async function openPanel(chat: ChatPage): Promise<void> {
  await chat.open(randomGguf());
  await chat.page.getByRole("tab", { name: "Attention" }).click();
}

/** The panel, if it is open, has followed to the end of the answer: until then it shows the beginning of it. */
async function speak(chat: ChatPage, count = 24): Promise<void> {
  await chat.setNumber("Max new tokens", count);
  await chat.setGreedy(true);
  await chat.ask("one two three one two three");
  const tab = chat.page.getByRole("tab", { name: "Attention" });
  if ((await tab.getAttribute("aria-selected")) === "true") await expectWholeText(chat);
}

/** Pictures, strip and the cells' descriptions are of prompt and answer. */
async function expectWholeText(chat: ChatPage): Promise<number> {
  const { page } = chat;
  const count =
    (await chat.number(chat.statistics, "prompt-tokens")) + (await chat.number(chat.statistics, "generated-tokens"));
  await expect(covered(page)).toHaveText(new RegExp(`^${count}\\s`));
  await expect(tokens(page).getByRole("option")).toHaveCount(count);
  await expect(grid(page)).toHaveAttribute("data-tokens", String(count));
  return count;
}

const grid = (page: Page) => page.getByRole("grid", { name: "Attention heads" });
const cell = (page: Page, layer: number, head: number) =>
  page.getByRole("gridcell", { name: `Layer ${layer} head ${head}`, exact: true });
const head = (page: Page) => page.getByRole("region", { name: "Head", exact: true });
const tokens = (page: Page) => head(page).getByRole("listbox", { name: "Tokens of the text" });
const covered = (page: Page) => page.getByText(/tokens?; a cell stands for/);

/** The region follows when the head's weights are there. */
async function pinHead(page: Page, layer: number, index: number): Promise<void> {
  await cell(page, layer, index).click();
  await page.mouse.move(0, 0);
  await expect(cell(page, layer, index)).toHaveAttribute("aria-selected", "true");
  await expect(head(page).getByRole("heading", { name: `Layer ${layer} head ${index}`, exact: true })).toBeVisible();
}

/** The token's mark, colours and lists come in one change, when its weights are there. */
async function pinToken(page: Page, index: number): Promise<void> {
  const option = tokens(page).getByRole("option").nth(index);
  await option.click();
  await page.mouse.move(0, 0);
  await expect(option).toHaveAttribute("aria-selected", "true");
}

test("all heads appear with their figures, for an answer given before the panel was opened too", async ({ chat }) => {
  const { page } = chat;
  await chat.open(randomGguf());
  await speak(chat);
  await page.getByRole("tab", { name: "Attention" }).click();
  await expect(grid(page).getByRole("gridcell")).toHaveCount(8);
  await expect(cell(page, 1, 3)).toHaveAttribute(
    "aria-description",
    /% first token, .*% previous token, .*% itself, .*entropy .* bits, mean distance .* tokens; /,
  );
  await expectWholeText(chat);
  // After a reload nothing is cached: the text is read once more.
  const description = await cell(page, 1, 3).getAttribute("aria-description");
  await page.reload();
  await chat.chooseFiles(randomGguf());
  await expect(cell(page, 1, 3)).toHaveAttribute("aria-description", description ?? "");
});

test("the grid follows an answer token by token", async ({ chat }) => {
  const { page } = chat;
  await chat.open(patientGguf());
  await page.getByRole("tab", { name: "Attention" }).click();
  await expect(page.getByText("Send a message, and every head shows where it looks.")).toBeVisible();
  await chat.setNumber("Max new tokens", 16_000);
  await chat.send("count");
  const count = async (): Promise<number> => Number((await covered(page).innerText()).match(/\d+/)?.[0]);
  await expect(covered(page)).toBeVisible();
  const first = await count();
  await expect(chat.answer(0)).toHaveAttribute("data-state", "streaming");
  await expect.poll(count).toBeGreaterThan(first);
  await chat.stopButton.click();
  await chat.expectState(0, "stopped");
});

test("a token shows what it looks at and who looks at it; a click pins it in the address", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat);
  await pinHead(page, 1, 2);
  await expect(page).toHaveURL(/head=1\.2/);
  const options = tokens(page).getByRole("option");
  const place = (await options.count()) - 6;
  await options.nth(place).hover();
  await expect(options.nth(place)).toHaveAttribute("aria-selected", "true");
  const lists = head(page).getByRole("list");
  await expect(lists).toHaveCount(2);
  // The weights that are named are those of the row: from the largest down, at most everything.
  const shares = (await lists.first().getByRole("listitem").allInnerTexts()).map((text) =>
    Number(/([\d.]+)\s*%/.exec(text)?.[1]),
  );
  expect(shares).toHaveLength(8);
  expect([...shares].sort((a, b) => b - a)).toEqual(shares);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(100.5);
  await pinToken(page, place);
  await expect(page).toHaveURL(/token=/);
  // The table behind the picture sums to one.
  await head(page).getByText("All weights of this token").click();
  const rows = head(page).getByRole("region", { name: "All weights of this token" }).getByRole("row");
  await expect(rows).toHaveCount(place + 2);
  const weights = await rows.allInnerTexts();
  const sum = weights.slice(1).reduce((total, row) => total + Number(/([\d.]+)\s*%/.exec(row)?.[1]), 0);
  expect(Math.abs(sum - 100)).toBeLessThan(2);
});

test("keys move through heads and tokens", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat);
  await cell(page, 0, 0).focus();
  await page.keyboard.press("ArrowRight");
  await expect(cell(page, 0, 1)).toBeFocused();
  await page.keyboard.press("PageDown");
  await expect(cell(page, 1, 1)).toBeFocused();
  await page.keyboard.press("End");
  await expect(cell(page, 1, 3)).toBeFocused();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowUp");
  await expect(cell(page, 0, 0)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(cell(page, 1, 0)).toHaveAttribute("aria-selected", "true");
  await expect(head(page).getByRole("heading", { name: "Layer 1 head 0" })).toBeVisible();
  await page.keyboard.press(" ");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press(" ");
  await expect(head(page).getByRole("heading", { name: "Mean of 2 heads" })).toBeVisible();
  await head(page).getByRole("button", { name: "Show one head" }).click();
  await tokens(page).focus();
  await page.keyboard.press("Home");
  await expect(tokens(page).getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await expect(head(page).getByRole("listitem").first()).toContainText("100");
});

test("heads are sorted and filtered by a figure", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat);
  await page.getByRole("combobox", { name: "Order" }).selectOption({ label: "entropy" });
  const names = grid(page).getByRole("gridcell");
  const bits = async (): Promise<number[]> => {
    const texts = await names.evaluateAll((cells) => cells.map((item) => item.getAttribute("aria-description") ?? ""));
    return texts.map((text) => Number(/entropy ([\d.]+)/.exec(text)?.[1]));
  };
  await expect.poll(async () => (await bits()).length).toBe(8);
  // What colours and labels mean stands beside them.
  await expect(
    page.getByRole("img", { name: "Colours run from nothing to 100 % of a row, square root" }),
  ).toBeVisible();
  await expect(page.getByText(/at least 50\s% of its weight in this text, induction from 40\s%/)).toBeVisible();
  const sorted = await bits();
  expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
  // Only the heads from the median entropy on: the others are faint, and said to be left out.
  await page.getByRole("combobox", { name: "Show from" }).selectOption({ label: "entropy" });
  const least = sorted[3] as number;
  await page.getByRole("spinbutton", { name: "at least" }).fill(String(least - 0.005));
  const left = sorted.filter((value) => value >= least).length;
  await expect(page.getByText(`${left} of 8 heads.`)).toBeVisible();
  const isOut = await names.evaluateAll((cells) =>
    cells.map((item) => (item.getAttribute("aria-description") ?? "").endsWith("left out by the filter")),
  );
  expect(isOut).toEqual(sorted.map((value) => value < least));
});

test("the first token is dimmed in colour alone", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat);
  await pinToken(page, 3);
  const first = tokens(page).getByRole("option").first();
  const colour = () => first.evaluate((token) => getComputedStyle(token).backgroundColor);
  const said = async () => [await first.getAttribute("title"), await head(page).getByRole("list").first().innerText()];
  const [bright, weights] = [await colour(), await said()];
  await page.getByRole("checkbox", { name: "Dim the first token" }).check();
  await expect.poll(colour).not.toBe(bright);
  await expect.poll(said).toEqual(weights);
  await page.getByRole("checkbox", { name: "Dim the first token" }).uncheck();
  await expect.poll(colour).toBe(bright);
  await expect.poll(said).toEqual(weights);
});

test("the whole pattern zooms and moves, masked cells hatched", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat);
  await head(page).locator("summary", { hasText: "Whole pattern" }).click();
  const matrix = head(page).getByRole("img", { name: /^Attention pattern/ });
  const area = async (): Promise<number[]> =>
    ((await matrix.getAttribute("aria-label")) ?? "")
      .match(/tokens (\d+)–(\d+) looking at tokens (\d+)–(\d+)/)
      ?.slice(1)
      .map(Number) ?? [];
  const last = (await tokens(page).getByRole("option").count()) - 1;
  await expect.poll(area).toEqual([0, last, 0, last]);
  await head(page).getByRole("button", { name: "Zoom in" }).click();
  const rows = async (): Promise<number> => {
    const [first = 0, end = 0] = await area();
    return end - first;
  };
  await expect.poll(rows).toBeLessThan(last);
  const zoomed = await area();
  await matrix.focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(async () => (await area())[2]).toBeLessThan(zoomed[2] as number);
  await head(page).getByRole("button", { name: "Whole text" }).click();
  await expect.poll(area).toEqual([0, last, 0, last]);
  // Above the diagonal nothing is seen: hatched, which is more than one colour; the legend says so.
  await expect(head(page).getByText("not seen", { exact: true })).toBeVisible();
  const colours = () =>
    matrix.evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) return 0;
      const { width, height } = canvas;
      const data = canvas
        .getContext("2d")
        ?.getImageData(Math.floor(width * 0.7), 0, Math.floor(width * 0.3), Math.floor(height * 0.3));
      return new Set(new Uint32Array(data?.data.buffer ?? new ArrayBuffer(0))).size;
    });
  await expect.poll(colours).toBeGreaterThan(1);
});

test("a head is switched off, and the answer without it stands beside the old one", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat, 40);
  const before = await chat.answerText(0);
  await pinHead(page, 0, 1);
  await head(page).getByRole("button", { name: "Ablate head" }).click();
  const region = page.getByRole("region", { name: "Ablation" });
  await expect(region).toContainText("Layer 0 head 1");
  await region.getByRole("button", { name: "Regenerate with ablation" }).click();
  const verdict = region.getByRole("status");
  await expect(verdict).toHaveAttribute("data-first-difference", /^\d+$/);
  await expect(verdict).toContainText("They part at token");
  await expect(region.locator("mark")).toHaveCount(2);
  // Greedy: what was most likely is what was said, on either side.
  const rows = region.getByRole("table", { name: "What comes next where they part" }).locator("tbody tr");
  const [was, is] = await region.locator("mark").allInnerTexts();
  await expect(rows.first().locator("td").first()).toHaveText(was ?? "");
  const after = await rows.evaluateAll((all) =>
    all.map((row) => [
      row.children[0]?.textContent ?? "",
      Number.parseFloat((row.children[2]?.textContent ?? "").replace("<", "")),
    ]),
  );
  expect(after.sort((a, b) => Number(b[1]) - Number(a[1]))[0]?.[0]).toBe(is);
  // Both answers and the table are saved, with the factors.
  const save = region.getByRole("button", { name: "Save Ablation" });
  await save.click();
  const csv = (await savedFrom(page, region, "Data (CSV)")).bytes.toString().split("\r\n");
  expect(csv[0]).toBe("part,index,before_id,before,after_id,after");
  expect(csv.filter((line) => line.startsWith("answer,")).length).toBeGreaterThanOrEqual(40);
  expect(csv.some((line) => line.startsWith("difference,"))).toBe(true);
  const svg = (await savedFrom(page, region, "Picture (SVG)")).bytes.toString();
  expect(svg).toContain("Layer 0 head 1 × 0");
  expect(svg).not.toContain("NaN");
  await save.click();
  // The chat is as it was, and goes on with all heads.
  expect(await chat.answerText(0)).toBe(before);
  await page.getByRole("button", { name: "Regenerate" }).first().click();
  await expect(chat.answer(0).getByText("2 / 2")).toBeVisible();
  await chat.expectState(0, "done");
  expect(await chat.answerText(0)).toBe(before);
});

test("an answer is begun anew at the pinned token, a head scaled", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat, 40);
  const options = tokens(page).getByRole("option");
  const place = (await options.count()) - 24;
  await pinToken(page, place);
  await pinHead(page, 0, 1);
  await head(page).getByRole("button", { name: "Ablate head" }).click();
  const region = page.getByRole("region", { name: "Ablation" });
  await region.getByRole("spinbutton", { name: "Factor of Layer 0 head 1" }).fill("-3");
  const from = region.getByRole("combobox", { name: "From" });
  await expect(from.locator("option:checked")).toHaveText(/token \d+/);
  const chosen = await from.locator("option:checked").innerText();
  const kept = Number(/token (\d+)/.exec(chosen)?.[1]);
  expect(kept).toBeGreaterThan(0);
  await region.getByRole("button", { name: "Regenerate with ablation" }).click();
  const pinned = region.getByRole("table", { name: /the pinned token$/ });
  await expect(pinned.locator("tbody tr").first()).toContainText("points");
  await expect(region).toContainText(/KL divergence [\d.]+ nats/);
  const verdict = region.getByRole("status");
  expect(await chat.number(verdict, "first-difference")).toBeGreaterThanOrEqual(kept);
  await region.getByRole("spinbutton", { name: "Factor of Layer 0 head 1" }).fill("1");
  await page.keyboard.press("Tab");
  await expect(region.getByRole("button", { name: "Regenerate with ablation" })).toBeDisabled();
});

test("the logit lens ends with what the model said", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat);
  const options = tokens(page).getByRole("option");
  const last = (await options.count()) - 1;
  const said = await options.nth(last).innerText();
  await pinToken(page, last - 1);
  const lens = page.getByRole("region", { name: "Logit lens", exact: true });
  await lens.getByRole("button", { name: "Look through the layers" }).click();
  const rows = lens.getByRole("row");
  await expect(rows).toHaveCount(4);
  const saying = new RegExp(`^${said.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`);
  await expect(rows.last().locator("td").first()).toHaveText(saying);
  // Over positions: the model's own row says at each token what stands behind it.
  await lens.getByRole("button", { name: "Look around the selected token" }).click();
  const grid = lens.getByRole("region", { name: "Lens over positions" });
  await expect(grid.getByRole("row")).toHaveCount(4);
  const column = (await grid.getByRole("columnheader").count()) - 3;
  const own = grid.getByRole("row").last().getByRole("cell");
  await expect(own.nth(column)).toHaveText(saying);
  await expect(own.nth(column)).toHaveText(/%$/);
  await lens.getByRole("combobox", { name: "Follow" }).selectOption({ index: 1 });
  await expect(lens).toContainText("the probability of the token followed");
});

/** What a menu of files gives, by the name of the entry. */
async function savedFrom(page: Page, region: Locator, entry: string): Promise<{ name: string; bytes: Buffer }> {
  const waiting = page.waitForEvent("download");
  await region.getByRole("button", { name: entry }).click();
  const download = await waiting;
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}

/** Numbers of an NPY file of version 1.0. */
function readNpy(bytes: Buffer): { shape: number[]; values: number[] } {
  expect(bytes.subarray(0, 6).toString("latin1")).toBe("\x93NUMPY");
  const header = bytes.readUInt16LE(8);
  const text = bytes.subarray(10, 10 + header).toString();
  const shape = (/\(([^)]*)\)/.exec(text)?.[1] ?? "").split(",").filter((axis) => axis.trim() !== "");
  const count = (bytes.length - 10 - header) / 4;
  return {
    shape: shape.map(Number),
    values: Array.from({ length: count }, (_, i) => bytes.readFloatLE(10 + header + i * 4)),
  };
}

test("a head is saved as picture and data", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat);
  await pinHead(page, 1, 1);
  await head(page).getByRole("button", { name: "Export", exact: true }).click();
  const png = await savedFrom(page, head(page), "Picture (PNG)");
  expect(png.name).toBe("attention-layer-1-head-1.png");
  const { width, height, data } = PNG.sync.read(png.bytes);
  expect([width > 1000, height > 1000]).toEqual([true, true]);
  // Something is drawn: many colours, not paper alone.
  const colours = new Set(Array.from({ length: data.length / 4 }, (_, i) => data.readUInt32LE(i * 4)));
  expect(colours.size).toBeGreaterThan(100);
  const svg = (await savedFrom(page, head(page), "Picture (SVG)")).bytes.toString();
  expect(svg).toContain("<title>Layer 1 head 1, random · as stored (f32),");
  expect(svg).toContain("square root");
  const json = (await savedFrom(page, head(page), "Data (JSON)")).bytes.toString();
  const { looksAt, tokens: known } = JSON.parse(json) as { looksAt: number[]; tokens: unknown[] };
  expect(Math.abs(looksAt.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThan(1e-4);
  expect(known).toHaveLength(looksAt.length);
  const csv = (await savedFrom(page, head(page), "Data (CSV)")).bytes.toString();
  expect(csv).toContain("position,id,token,looks_at,looked_at_by");
  const { shape, values } = readNpy((await savedFrom(page, head(page), "Data (NPY)")).bytes);
  expect(shape).toEqual([known.length, known.length]);
  const lastRow = values.slice(-known.length);
  expect(Math.abs(lastRow.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThan(1e-4);
});

test("every other picture is saved too", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat);
  await pinToken(page, 12);
  await pinHead(page, 1, 1);
  await head(page).getByText("Query and key").click();
  await head(page).locator("summary", { hasText: "Lines" }).click();
  const lens = page.getByRole("region", { name: "Logit lens", exact: true });
  await lens.getByRole("button", { name: "Look through the layers" }).click();
  await lens.getByRole("button", { name: "Look around the selected token" }).click();
  const rollout = page.getByRole("region", { name: "Attention rollout" });
  await rollout.getByRole("button", { name: "Roll out the selected token" }).click();
  const inspector = page.locator("#inspector");
  for (const [button, shape] of [
    ["Save Attention heads", [8, 17, 17]],
    ["Save Lines", [32, 32]],
    ["Save Query and key", [3, 16]],
    ["Save Lens over positions", [3, 24]],
    ["Save Attention rollout", [13]],
  ] as const) {
    const menu = inspector.getByRole("button", { name: button, exact: true }).locator("..");
    await menu.getByRole("button", { name: button, exact: true }).click();
    const svg = (await savedFrom(page, menu, "Picture (SVG)")).bytes.toString();
    expect(svg).toMatch(/<title>[^<]+, random · as stored \(f32\), \d+\stokens<|Query and key, Layer 1 head 1/);
    expect(svg).not.toContain("NaN");
    expect((await savedFrom(page, menu, "Picture (PNG)")).bytes.toString("latin1")).toMatch(/^.PNG/);
    JSON.parse((await savedFrom(page, menu, "Data (JSON)")).bytes.toString());
    expect(readNpy((await savedFrom(page, menu, "Data (NPY)")).bytes).shape).toEqual(shape);
    await menu.getByRole("button", { name: button, exact: true }).click();
  }
  await lens.getByRole("button", { name: "Export", exact: true }).click();
  expect((await savedFrom(page, lens, "Data (CSV)")).bytes.toString()).toContain("stage,entropy_bits");
});

test("the rollout of a token sums to one, over tokens up to it", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat);
  await pinToken(page, 9);
  const rollout = page.getByRole("region", { name: "Attention rollout" });
  await rollout.getByRole("button", { name: "Roll out the selected token" }).click();
  await expect(rollout).toContainText("place 9");
  const shown = rollout.getByRole("region", { name: "Tokens by their share" }).locator("span");
  await expect(shown).toHaveCount(10);
  const shares = await shown.evaluateAll((all) =>
    all.map((token) => Number.parseFloat(token.getAttribute("title") ?? "")),
  );
  expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThan(1);
});

test("words and sentences are looked at as one", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat);
  const options = tokens(page).getByRole("option");
  const count = await options.count();
  const kind = head(page).getByRole("combobox", { name: "Seen as one" });
  await kind.selectOption({ label: "words" });
  await expect.poll(() => options.count()).toBeLessThan(count);
  const byWord = await options.count();
  await kind.selectOption({ label: "sentences" });
  await expect.poll(() => options.count()).toBeLessThan(byWord);
  // All of a unit's row is still given away.
  await kind.selectOption({ label: "words" });
  await expect(options).toHaveCount(byWord);
  await pinToken(page, 2);
  const shares = await head(page).getByRole("list").first().getByRole("listitem").allInnerTexts();
  const sum = shares.reduce((total, text) => total + Number(/([\d.]+)\s*%/.exec(text)?.[1]), 0);
  expect(Math.abs(sum - 100)).toBeLessThan(1);
  // Pattern and lines are of the same words.
  await head(page).getByText("Whole pattern").click();
  const pattern = page.getByRole("img", { name: /^Attention pattern/ });
  await expect(pattern).toHaveAccessibleName(new RegExp(`words 0–${byWord - 1} looking at words 0–${byWord - 1}$`));
  await head(page).getByText("Lines", { exact: true }).click();
  const looking = head(page).getByRole("list", { name: "Those that look" }).getByRole("button");
  await expect(looking).toHaveCount(byWord);
  await expect(looking.nth(2)).toHaveAttribute("aria-pressed", "true");
  await looking.nth(1).click();
  await expect(options.nth(1)).toHaveAttribute("aria-selected", "true");
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing, ${colorScheme}`, async ({ chat }) => {
    const { page } = chat;
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await openPanel(chat);
    await speak(chat);
    await pinHead(page, 1, 1);
    await head(page).getByText("Whole pattern").click();
    await head(page).getByText("Query and key").click();
    await head(page).getByText("All weights of this token").click();
    await expect(page.getByRole("img", { name: /^Attention pattern/ })).toBeVisible();
    expect(await axeFindings(page, "#inspector")).toEqual([]);
  });
}

test("a probe and a minimal pair rank heads, and the chat's text comes back", async ({ chat }) => {
  const { page } = chat;
  await openPanel(chat);
  await speak(chat);
  const before = await covered(page).innerText();
  const region = page.getByRole("region", { name: "Experiments" });
  await region.getByRole("button", { name: "Probe: repeated random tokens" }).click();
  const heads = region.getByRole("list", { name: "Head" }).getByRole("listitem");
  await expect(heads).toHaveCount(8);
  await expect(region).toContainText("over 48 tokens repeated");
  await expect(covered(page)).toHaveText(before, { useInnerText: true });
  await region.getByRole("textbox", { name: "First prompt" }).fill("one two three one two");
  await region.getByRole("textbox", { name: "Second prompt" }).fill("one tea three one two");
  await region.getByRole("button", { name: "Compare prompts" }).click();
  await expect(region).toContainText("Share of weight that lies elsewhere");
  const shares = (await heads.allInnerTexts()).map((text) => Number(/([\d.]+)\s*%/.exec(text)?.[1]));
  expect(shares[0]).toBeGreaterThan(0);
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  await expect(covered(page)).toHaveText(before, { useInnerText: true });
  await region.getByRole("button", { name: "Save Minimal pair" }).click();
  const saved = JSON.parse((await savedFrom(page, region, "Data (JSON)")).bytes.toString());
  expect(saved).toMatchObject({ kind: "pair", prompts: ["one two three one two", "one tea three one two"] });
  expect(saved.heads).toHaveLength(8);
  expect(readNpy((await savedFrom(page, region, "Data (NPY)")).bytes).shape).toEqual([2, 4]);
  expect((await savedFrom(page, region, "Picture (SVG)")).bytes.toString()).toContain("one tea three one two");
  await heads.first().getByRole("button").click();
  await expect(page).toHaveURL(/head=/);
});

test("a token's attention lies over the patches of a picture", async ({ chat }) => {
  const { page } = chat;
  await chat.goto();
  await chat.chooseFiles(seeingFolder());
  await chat.expectReady();
  await page.getByLabel("Add image").setInputFiles(plainPng("red.png", [255, 0, 0]));
  await expect(page.getByRole("list", { name: "Pictures for this message" })).toBeVisible();
  await chat.setGreedy(true);
  await chat.ask("?");
  await page.getByRole("tab", { name: "Attention" }).click();
  const image = head(page).getByRole("img", { name: "Image attention" });
  await expect(image).toHaveAttribute("aria-description", /^[\d.]+\s%.* row \d, column \d$/);
  await expect(head(page)).toContainText("looks at is on this picture");
  const legend = head(page).getByRole("img", { name: /^Colours run from nothing to [\d.]+ % of a row, square root$/ });
  await expect(legend).toContainText("0 %");
  // The tower that made rows of the patches has heads of its own.
  const tower = page.getByRole("region", { name: "Vision tower" });
  await tower.getByText("The tower's own heads").click();
  const own = tower.getByRole("img", { name: "Tower layer 0 head 0: What the patch in row 1, column 1 looks at" });
  await expect(own).toHaveAttribute("aria-description", /^The most, [\d.]+\s%, on the patch in row \d, column \d\.$/);
  await tower.getByRole("combobox", { name: "Column" }).selectOption({ label: "4" });
  await tower.getByRole("combobox", { name: "Head" }).selectOption({ label: "1" });
  await expect(
    tower.getByRole("img", { name: "Tower layer 0 head 1: What the patch in row 1, column 4 looks at" }),
  ).toBeVisible();
  // A token before the picture has not seen it.
  const options = tokens(page).getByRole("option");
  await options.first().click();
  await expect(image).toHaveCount(0);
  await expect(options.filter({ hasText: "▦" })).toHaveCount(36);
});

test("a picture lights up word by word while the answer streams", async ({ chat }) => {
  const { page } = chat;
  await chat.goto();
  await chat.chooseFiles(seeingFolder("count", PATIENT_CONTEXT));
  await chat.expectReady();
  await page.getByLabel("Add image").setInputFiles(plainPng("red.png", [255, 0, 0]));
  await expect(page.getByRole("list", { name: "Pictures for this message" })).toBeVisible();
  await page.getByRole("tab", { name: "Attention" }).click();
  await chat.setNumber("Max new tokens", 16_000);
  await chat.send("?");
  const said = head(page).getByText(/ of what .+ looks at is on this picture/);
  const words = new Set<string>();
  await expect
    .poll(async () => {
      words.add((await said.innerText()).replace(/^.* of what (.+) looks at .*$/, "$1"));
      return words.size;
    })
    .toBeGreaterThan(2);
  await expect(chat.answer(0)).toHaveAttribute("data-state", "streaming");
  // It is the newest word: a pin holds the picture at one of them.
  const options = tokens(page).getByRole("option");
  const pinned = options.nth((await options.count()) - 3);
  const word = (await pinned.innerText()).trim();
  await pinned.click();
  await page.mouse.move(0, 0);
  await expect(said).toContainText(`of what ${word} looks`);
  const held = await said.innerText();
  const before = await covered(page).innerText();
  await expect.poll(() => covered(page).innerText()).not.toBe(before);
  // Whatever came after the pinned word.
  const now = await said.innerText();
  expect(now).toBe(held);
  await chat.stopButton.click();
  await chat.expectState(0, "stopped");
});

test("a link shows the same view to somebody else: chat, model, token, head and settings", async ({
  chat,
  context,
  browser,
}) => {
  const { page } = chat;
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("./?model=./models/pane/&tab=attention");
  await chat.expectReady("pane");
  await chat.setGreedy(true);
  const text = await chat.ask("Sort: d a c b");
  const count = await expectWholeText(chat);
  await pinToken(page, 6);
  await pinHead(page, 1, 2);
  await page.getByLabel("Scale").selectOption("log");
  await head(page).getByLabel("Seen as one").selectOption("sentence");
  await expect.poll(() => tokens(page).getByRole("option").count()).toBeLessThan(count);
  const strip = await tokens(page).innerText();
  await page.getByRole("button", { name: "Copy link to this view" }).click();
  await expect(page.getByText(/^Copied/)).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());

  // On a telephone too, where the inspector covers the chat and is closed at first.
  const stranger = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const other = await stranger.newPage();
  await other.goto(link);
  await new ChatPage(other).expectReady("pane");
  await expect(other.locator("article[data-role=assistant]")).toContainText(text);
  await expect(head(other).getByRole("heading", { name: "Layer 1 head 2" })).toBeVisible();
  await expect(other.getByLabel("Scale")).toHaveValue("log");
  await expect.poll(() => tokens(other).innerText()).toBe(strip);
  // The chat is theirs now; the address no longer carries it.
  await expect.poll(() => new URL(other.url()).hash).toBe("");
  await stranger.close();
});
