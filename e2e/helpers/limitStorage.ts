import type { Page } from "@playwright/test";

/**
 * Gives the site no more room than this. Before the page is opened: once something is written, Chromium goes by the room
 * it saw then for a while.
 */
export async function limitStorage(page: Page, site: string | undefined, bytes: number): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(site ?? "").origin, quotaSize: bytes });
}
