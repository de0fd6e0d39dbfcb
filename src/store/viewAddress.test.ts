import { describe, expect, it } from "vitest";
import { FIRST_DISPLAY } from "./attentionDisplaySlice";
import { readView, type View, withView } from "./viewAddress";

const PAGE = "http://localhost/?model=tiny.gguf&tab=kv#x";
const FIRST: View = {
  pinned: { token: null, head: null },
  attentionDisplay: FIRST_DISPLAY,
  unitKind: "token",
  meanHeads: [],
  headFactors: [],
};

describe("the view in the address", () => {
  it("comes back as it was, and leaves the rest of the address alone", () => {
    const view: View = {
      pinned: { token: { turnId: "ab12", index: -3 }, head: { layer: 7, head: 11 } },
      attentionDisplay: {
        sortBy: "induction",
        filter: { figure: "first", atLeast: 0.35 },
        scale: "log",
        dimsFirst: true,
      },
      unitKind: "sentence",
      meanHeads: [
        { layer: 0, head: 1 },
        { layer: 23, head: 13 },
      ],
      headFactors: [
        { layer: 0, head: 0, factor: 0 },
        { layer: 1, head: 2, factor: -2.5 },
      ],
    };
    const address = withView(PAGE, view);
    expect(readView(address)).toEqual(view);
    expect(address).toBe(
      "http://localhost/?model=tiny.gguf&tab=kv&token=ab12.-3&head=7.11&sort=induction&filter=first*0.35&scale=log" +
        "&dim=1&unit=sentence&mean=0.1_23.13&factors=0.0*0_1.2*-2.5#x",
    );
    expect(withView(address, FIRST)).toBe(PAGE);
  });

  it.each([
    ...["?token=a", "?token=a.b", "?token=%00.1", "?head=1", "?head=-1.2", "?head=1.2.3"],
    ...["?sort=size", "?filter=first", "?filter=first*x", "?filter=first*Infinity", "?scale=cubic", "?dim=yes"],
    ...["?unit=page", "?mean=a_b", "?factors=0.1", "?factors=0.1*", "?factors=0.1*1e9", "?factors=0.1*NaN"],
    "?factors=0.1*1",
  ])("is as at the beginning for %s", (search) => {
    expect(readView(`http://localhost/${search}`)).toEqual(FIRST);
  });
});
