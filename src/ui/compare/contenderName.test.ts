import { expect, it } from "vitest";
import { de } from "../strings/de";
import { en } from "../strings/en";
import { contenderName } from "./contenderName";

it("names a contender in the person's language", () => {
  expect(contenderName("stored", de, [])).toBe(de.model.stored);
  expect(contenderName("stored", en, [])).toBe("as stored");
  expect(contenderName("q4_0+head8", de, [])).toBe(`q4_0, ${de.compare.recipes.head8}`);
  // Kept by another version of the page: as it was written.
  expect(contenderName("no-such-level", de, [])).toBe("no-such-level");
});
