/** The page around the model: its names, its settings, and what it says when something is wrong. */
import { expect, type Page, test } from "@playwright/test";

const alert = (page: Page) => page.getByRole("alert");

test("everything a person can set is there by name", async ({ page }) => {
  await page.goto("./?model=none&tab=models");
  await expect(page.getByLabel("Open model files")).toBeAttached();
  await expect(page.getByRole("status", { name: "Model" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Message" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Send" })).toBeDisabled();
  // Those of recipes follow in groups of their own.
  await expect(page.getByRole("combobox", { name: "Level" }).locator(":scope > option")).toHaveText([
    "as stored",
    "f32",
    "f16",
    "q8_0",
    "q4_0",
    "q6_k",
    "q5_k",
    "q5_1",
    "q5_0",
    "q4_k",
    "q4_1",
    "q3_k",
    "q2_k",
  ]);
  const numbers = [
    "Temperature",
    "Top-k",
    "Top-p",
    "Min-p",
    "Repetition penalty",
    "Frequency penalty",
    "Presence penalty",
    "Seed",
    "Max new tokens",
  ];
  for (const name of numbers) await expect(page.getByRole("spinbutton", { name, exact: true })).toBeVisible();
  for (const name of ["Tokens in flight", "Cache capacity", "KV precision", "Kernels", "When the cache is full"]) {
    await expect(page.getByRole("combobox", { name, exact: true })).toBeVisible();
  }
  await expect(page.getByRole("checkbox", { name: "Greedy" })).not.toBeChecked();
  await expect(page.getByRole("textbox", { name: "Stop strings" })).toBeVisible();
  await expect(page.getByRole("status", { name: "Generation statistics" })).toBeVisible();
  await expect(page.getByRole("status", { name: "KV cache" })).toBeVisible();
});

test("what is not known is a dash", async ({ page }) => {
  await page.goto("./?model=none");
  const statistics = page.getByRole("status", { name: "Generation statistics" });
  await expect(statistics).toContainText("–");
  await expect(statistics).not.toContainText(/NaN|undefined|null|\b0\b/);
  await expect(statistics).not.toHaveAttribute("data-prompt-tokens");
});

test("a number out of range is marked and put right", async ({ page }) => {
  await page.goto("./?model=none");
  const temperature = page.getByRole("spinbutton", { name: "Temperature" });
  await temperature.fill("99");
  await expect(temperature).toHaveAttribute("aria-invalid", "true");
  await temperature.press("Tab");
  await expect(temperature).toHaveValue("5");
  await temperature.fill("");
  await temperature.press("Tab");
  await expect(temperature).toHaveValue("5");
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(temperature).toHaveValue("0.8");
});

test("a file that is no model is refused in words", async ({ page }) => {
  await page.goto("./?model=none");
  const buffer = Buffer.from("This is not a model.");
  await page.getByLabel("Open model files").setInputFiles({ name: "notes.gguf", mimeType: "text/plain", buffer });
  await expect(alert(page)).toContainText("Could not open notes.gguf");
  await expect(page.getByRole("status", { name: "Model" })).not.toHaveText(/ready$/);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(alert(page)).toHaveCount(0);
});

test("a level that does not exist is named", async ({ page }) => {
  await page.goto("./?model=tiny.gguf&level=q3");
  await expect(alert(page)).toContainText('"q3" is not a level');
});

test("without WebGPU the page explains what to do", async ({ page }) => {
  await page.route(/worker.*\.js/, async (route) => {
    const response = await route.fetch();
    const hide = 'Object.defineProperty(self.navigator, "gpu", { value: undefined });';
    await route.fulfill({ response, body: `${hide}\n${await response.text()}` });
  });
  await page.goto("./?model=none");
  await expect(alert(page)).toContainText("WebGPU");
  for (const browser of ["Chrome or Edge", "Safari", "Firefox"]) await expect(alert(page)).toContainText(browser);
  await expect(page.getByRole("textbox", { name: "Message" })).toHaveCount(0);
  const tabs = page.getByRole("tab");
  for (let index = 0; index < 5; index++) {
    await tabs.nth(index).click();
    await expect(page.getByRole("tabpanel")).toHaveText(/^Without WebGPU nothing is computed here/);
  }
});

test("on a phone inspector and settings are sheets that Escape closes", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("./?model=none&tab=models");
  for (const [button, sheet, field] of [
    ["Inspector", "Inspector", page.getByRole("combobox", { name: "Level" })],
    ["Sampling", "Settings", page.getByRole("spinbutton", { name: "Temperature" })],
  ] as const) {
    await expect(field).toBeHidden();
    await page.getByRole("button", { name: button, exact: true }).click();
    await expect(page.getByRole("dialog", { name: sheet })).toBeVisible();
    await expect(field).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(field).toBeHidden();
    await expect(page.getByRole("button", { name: button, exact: true })).toBeFocused();
  }
});
