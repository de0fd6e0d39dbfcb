/** A browser without WebGPU: the panels are shown on what a model once did, and say so. */
import { axeFindings } from "./helpers/axe";
import { expect, test } from "./helpers/test";

// Without the switches that give the tests a software adapter there is none.
test.use({
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: ["--no-sandbox", "--disable-gpu"] }),
});

test("a recorded example shows every head, the lens and the next tokens", async ({ chat, addresses }) => {
  const { page } = chat;
  await chat.goto();
  await expect(chat.alert).toContainText("This browser gives the page no graphics processor.");
  expect(addresses.some((address) => address.includes("/recorded/"))).toBe(false);
  await page.getByRole("button", { name: "Open the recorded example" }).click();
  await expect(chat.model).toHaveText(/ · recorded$/);
  await expect(page.getByText(/^recorded This is what .* once read and answered\./)).toBeVisible();
  await expect(chat.message).toHaveCount(0);
  await expect(chat.answers).toHaveCount(1);
  // Nothing is offered that only a model could do.
  for (const turn of [chat.messages.first(), chat.answers.first()]) {
    await turn.hover();
    await expect(turn.getByRole("button", { name: "Copy", exact: true })).toBeVisible();
    for (const action of ["Edit", "Regenerate", "Continue", "Delete turn"]) {
      await expect(turn.getByRole("button", { name: action, exact: true })).toHaveCount(0);
    }
  }
  await page.getByRole("tab", { name: "Attention" }).click();
  await expect(page.getByRole("grid", { name: "Attention heads" }).getByRole("gridcell").first()).toBeVisible();
  const head = page.getByRole("region", { name: "Head", exact: true });
  await page.getByRole("gridcell", { name: "Layer 1 head 2", exact: true }).click();
  await expect(head.getByRole("img", { name: "Image attention" })).toHaveAttribute("aria-description", /%/);
  const options = head.getByRole("option");
  const option = options.nth((await options.count()) - 4);
  await option.click();
  await page.mouse.move(0, 0);
  await expect(option).toHaveAttribute("aria-selected", "true");
  const shares = (await head.getByRole("list").first().getByRole("listitem").allInnerTexts()).map((text) =>
    Number(/([\d.]+)\s*%/.exec(text)?.[1]),
  );
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(40);
  const lens = page.getByRole("region", { name: "Logit lens", exact: true });
  await lens.getByRole("button", { name: "Look through the layers" }).click();
  await expect(lens.getByRole("row")).toHaveCount(5);
  await page.getByRole("button", { name: "Roll out the selected token" }).click();
  await expect(page.getByRole("region", { name: "Tokens by their share" })).toBeVisible();
  // What was not recorded is refused in words.
  await head.getByRole("button", { name: "Ablate head" }).click();
  await page.getByRole("button", { name: "Regenerate with ablation" }).click();
  await expect(page.getByRole("region", { name: "Ablation" }).getByRole("status")).toContainText("This is a recording");
  await page.getByRole("tab", { name: "Next token" }).click();
  await expect(page.locator("#inspector")).toContainText("%");
  expect(await axeFindings(page)).toEqual([]);
});
