/** The camera itself, as the browser gives it: Chromium's own made-up device, a green field with a timer. */
import type { Page } from "@playwright/test";
import { seeingFolder } from "./helpers/models";
import { expect, test } from "./helpers/test";

test.use({
  launchOptions: async ({ launchOptions }, use) => use(withFakeDevice(launchOptions)),
  permissions: ["camera"],
});

function withFakeDevice<T extends { args?: string[] }>(options: T): T {
  return { ...options, args: [...(options.args ?? []), "--use-fake-device-for-media-stream"] };
}

/** States of all camera tracks that the page was ever given. */
async function watchTracks(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.addInitScript(() => {
    const tracks: MediaStreamTrack[] = [];
    Object.assign(window, { cameraTracks: tracks });
    const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await give(wanted);
      tracks.push(...stream.getTracks());
      return stream;
    };
  });
  return () =>
    page.evaluate(() =>
      (window as never as { cameraTracks: MediaStreamTrack[] }).cameraTracks.map((t) => t.readyState),
    );
}

test("a still goes to the message, and the camera is on only while its dialog is open", async ({ chat, page }) => {
  const states = await watchTracks(page);
  await chat.goto();
  await chat.chooseFiles(seeingFolder());
  await chat.expectReady();
  expect(await states()).toEqual([]);
  const dialog = page.getByRole("dialog", { name: "Camera" });
  const take = dialog.getByRole("button", { name: "Take picture" });

  await chat.button("Camera").click();
  await expect(take).toBeEnabled();
  await expect.poll(states).toEqual(["live"]);
  await take.click();
  const seen = page
    .getByRole("list", { name: "Pictures for this message" })
    .getByRole("img", { name: "What the model sees" });
  await expect(seen).toHaveAttribute("data-tokens", "36");
  await expect.poll(states).toEqual(["ended"]);

  await chat.button("Camera").click();
  await expect(take).toBeEnabled();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect.poll(states).toEqual(["ended", "ended"]);
  await expect(seen).toHaveCount(1);
});
