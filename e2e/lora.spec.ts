/** An adapter in a model's weights and out of them. */
import { loraFiles } from "../src/runtime/testing/loraFiles";
import { talkingModel } from "../src/runtime/testing/talkingModel";
import { type GivenFile, givenFile, talkingFolder } from "./helpers/models";
import { expect, test } from "./helpers/test";

/** For the talking model's first layer, of `out` rows. */
function adapter(out: number): GivenFile[] {
  const { hiddenSize, intermediateSize } = talkingModel().shape;
  const modules = {
    "model.layers.0.mlp.up_proj": [out, hiddenSize],
    "model.layers.0.mlp.gate_proj": [intermediateSize, hiddenSize],
  } as const;
  const { config, weights } = loraFiles({ modules });
  return [givenFile("adapter_config.json", config), givenFile("adapter_model.safetensors", weights)];
}

const FITTING = talkingModel().shape.intermediateSize;

test("levels with the adapter are held against those without; a model opens with it", async ({ chat, page }) => {
  test.setTimeout(180_000);
  await chat.goto();
  await chat.chooseFiles(talkingFolder());
  await chat.expectReady();
  await page.getByRole("tab", { name: "Compare" }).click();
  await page.getByRole("button", { name: "Leave out q4_0" }).click();
  await page.locator("input[type=file][aria-label='Add adapter']").setInputFiles(adapter(FITTING));
  const choice = page.getByRole("combobox", { name: "Adapter 2", exact: true });
  await expect(choice).toHaveValue("with");
  await page.getByRole("button", { name: "Add level" }).click();
  await page.getByRole("combobox", { name: "Adapter 3", exact: true }).selectOption({ label: "with adapter" });
  await page.getByRole("textbox", { name: "Text to score" }).fill(Array(300).fill("cats rain tea").join(" "));
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict).toContainText("as stored, with adapter", { timeout: 120_000 });
  await expect(verdict).toContainText("q4_0, with adapter", { timeout: 120_000 });
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeVisible({ timeout: 120_000 });
  await expect(verdict).toContainText("q8_0");

  // Alone, it is for the model that is open.
  await chat.chooseFiles(adapter(FITTING));
  await expect(chat.model).toHaveText(/ \+ adapter .*ready$/);
  await chat.chooseFiles([...talkingFolder(), ...adapter(FITTING)]);
  await expect(chat.model).toHaveText(/ \+ adapter .*ready$/);
});

test("an adapter of another model is refused by what does not fit, and the open model stays", async ({
  chat,
  page,
}) => {
  await chat.goto();
  await chat.chooseFiles(adapter(FITTING));
  await expect(chat.alert).toContainText("This is an adapter.");
  await chat.chooseFiles(talkingFolder());
  await chat.expectReady();
  await chat.chooseFiles(adapter(FITTING + 1));
  await expect(page.getByRole("alert")).toContainText('"model.layers.0.mlp.up_proj" has shape');
  await chat.expectReady();
  await expect(chat.model).not.toContainText("adapter");
});
