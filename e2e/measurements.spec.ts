/** What was measured on this device: kept, plotted, listed, exported, forgotten. */
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { axeFindings } from "./helpers/axe";
import { keptEntries } from "./helpers/kept";
import { expect, test } from "./helpers/test";

async function save(page: Page, button: string): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: true }).click(),
  ]);
  return readFile(await download.path());
}

async function run(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeVisible();
}

test("results are plotted, exported, kept over a visit and forgotten one by one", async ({ openFake, page }) => {
  // Slow enough to be paused while it runs.
  const chat = await openFake({ ms: 100 });
  await page.getByRole("tab", { name: "Compare" }).click();
  const results = page.getByRole("table", { name: "Kept results" });
  await expect(results).toBeHidden();
  // The second click of a double click is not for the Stop that came in its place.
  await page.getByRole("button", { name: "Run", exact: true }).dblclick();
  await expect(results.getByRole("row")).toHaveCount(3);
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeVisible();
  // Only the panel scrolls: nothing in it makes the page itself longer than the window.
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
  const plot = page.getByRole("img", { name: /Size of the weights against mean KLD: 2 levels/ });
  await expect(plot.locator(".plot-point")).toHaveCount(2);
  await expect(plot.locator(".plot-frontier")).toHaveAttribute("points", /^\S+ \S+$/);

  const csv = (await save(page, "Export CSV")).toString("utf8").trimEnd().split("\r\n");
  expect(csv).toHaveLength(3);
  expect(csv[0]).toContain("Mean KLD,Mean KLD ±");
  const json = JSON.parse((await save(page, "Export all as JSON")).toString("utf8"));
  expect(json.measurements).toHaveLength(2);
  expect(json.measurements[0].statistics["mean KLD"]).toMatchObject({ error: expect.any(Number), n: 240 });
  const png = await save(page, "Export PNG");
  expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
  // Twice 960 pixels wide, and drawn on.
  expect(png.readUInt32BE(16)).toBe(1920);
  expect(png.length).toBeGreaterThan(10_000);

  // One run by itself, as a sheet and as a picture.
  const runCsv = (await save(page, "Export this run as CSV")).toString("utf8").trimEnd().split("\r\n");
  expect(runCsv).toHaveLength(4);
  for (const name of ["model", "recipe", "text hash", "adapter", "Mean KLD", "Same top p ±"]) {
    expect(runCsv[0]?.split(",")).toContain(name);
  }
  const runPng = await save(page, "Export this run as PNG");
  expect(runPng.subarray(1, 4).toString("latin1")).toBe("PNG");
  // Twice the width of three columns, and drawn on.
  expect(runPng.readUInt32BE(16)).toBe(2 * (32 + 240 + 3 * 200));
  expect(runPng.length).toBeGreaterThan(20_000);

  // The second run waits when it is told to.
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await expect(page.getByText(/pausing after this window/)).toBeVisible();
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeVisible();
  await expect(results.getByRole("row")).toHaveCount(5);
  await expect(plot.locator(".plot-point")).toHaveCount(2);
  const kept = async () => (await keptEntries(page, "measurement:")).length;
  await expect.poll(kept).toBe(4);
  await page.reload();
  await expect(chat.model).toBeVisible();
  await expect(results.getByRole("row")).toHaveCount(5);
  await page
    .getByRole("button", { name: /^Forget q8_0/ })
    .first()
    .click();
  await expect(results.getByRole("row")).toHaveCount(4);
  await expect.poll(kept).toBe(3);
  await page.reload();
  await expect(results.getByRole("row")).toHaveCount(4);
});

test("a text file that is dropped on the text is the text to score", async ({ openFake, page }) => {
  const chat = await openFake();
  await page.getByRole("tab", { name: "Compare" }).click();
  const text = page.getByRole("textbox", { name: "Text to score" });
  const dropped = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["It rained on the lighthouse."], "story.txt", { type: "text/plain" }));
    return transfer;
  });
  await text.dispatchEvent("dragover", { dataTransfer: dropped });
  await expect(page.locator(".drop")).toBeVisible();
  await text.dispatchEvent("drop", { dataTransfer: dropped });
  await expect(text).toHaveValue("It rained on the lighthouse.");
  await expect(page.getByRole("radio", { name: "Own text" })).toBeChecked();
  await expect(page.locator(".drop")).toBeHidden();
  // It was not taken for a model.
  await chat.expectReady("story");
});

test("axe finds nothing in a comparison that is over, on any screen", async ({ openFake, page }) => {
  test.setTimeout(240_000);
  // The whole tab once; what depends on colours and widths in each.
  const screens = [
    ["light", 1440, 900, "#inspector"],
    ["dark", 1440, 900, ".measurements"],
    ["dark", 768, 1024, ".measurements"],
    ["light", 390, 844, ".compare-form"],
    ["dark", 390, 844, ".measurements"],
  ] as const;
  for (const [colorScheme, width, height, part] of screens) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    const chat = await openFake();
    if (width < 768) await chat.button("Inspector").click();
    await page.getByRole("tab", { name: "Compare" }).click();
    await page.getByRole("checkbox", { name: "Find the tensors that hurt most" }).check();
    await page.getByText("Windows", { exact: true }).click();
    await expect(page.getByRole("spinbutton", { name: "First scored position" })).toBeVisible();
    await run(page);
    await expect(page.getByRole("list", { name: "Relative error of the hidden state" })).toBeVisible();
    await expect(page.getByRole("list", { name: "Tensors that hurt most" }).getByRole("listitem")).toHaveCount(10);
    expect.soft(await axeFindings(page, part), `${colorScheme} ${width}`).toEqual([]);
  }
});
