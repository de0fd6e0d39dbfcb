/** What axe finds wrong on a page. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

interface Finding {
  readonly rule: string;
  readonly where: readonly string[];
}

/**
 * @param part a selector; else the whole page
 * Run in the page itself, which has no frames, and telling of violations alone: what passes is most of a page, and to
 * describe it took twice the time of looking.
 */
export async function axeFindings(page: Page, part?: string): Promise<Finding[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
  // The menus' library keeps the focus inside by hidden elements that hand it on at once.
  axe.exclude("[data-base-ui-focus-guard]");
  if (part !== undefined) axe.include(part);
  const { violations } = await axe.analyze();
  return violations.map(({ id, nodes }) => ({
    rule: id,
    where: nodes.map(({ target, html }) => `${target.join(" ")}: ${html.slice(0, 160)}`),
  }));
}
