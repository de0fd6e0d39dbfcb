import { useState } from "react";
import type { HeadFactor } from "../../shared/inspection";
import { FACTOR_RANGE } from "../../store/ablationSlice";
import { useApp, useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";

/** Heads that share a factor: one head, or a whole layer. */
interface FactorGroup {
  readonly name: string;
  readonly heads: readonly HeadFactor[];
  readonly factor: number;
}

/** Every head that does not count as it is, with what its output is multiplied by. */
export function HeadFactors() {
  const { attention: words } = useStrings();
  const factors = useApp((state) => state.headFactors);
  const blocks = useApp((state) => state.model?.report.spec.blocks);
  if (factors.length === 0) return <p className="hint">{words.noFactors}</p>;
  const layers = [...new Set(factors.map(({ layer }) => layer))];
  const groups = layers.flatMap((layer): FactorGroup[] => {
    const heads = factors.filter((known) => known.layer === layer);
    const factor = heads[0]?.factor ?? 0;
    const isWhole =
      heads.length === blocks?.[layer]?.attention.numHeads &&
      heads.length > 1 &&
      heads.every((known) => known.factor === factor);
    if (isWhole) return [{ name: words.wholeLayer(layer), heads, factor }];
    return heads.map((head) => ({ name: words.cell(head.layer, head.head), heads: [head], factor: head.factor }));
  });
  return (
    <>
      <p className="hint">{words.factorHint}</p>
      <ul className="head-factors" aria-label={words.ablated}>
        {groups.map((group) => (
          <li key={group.name}>
            <FactorField group={group} />
          </li>
        ))}
      </ul>
    </>
  );
}

function FactorField({ group: { name, heads, factor } }: { group: FactorGroup }) {
  const { attention: words } = useStrings();
  const store = useAppStore();
  const [typed, setTyped] = useState<string | null>(null);
  const change = (text: string): void => {
    setTyped(text);
    // 1 takes the head off the list, which must not happen while somebody is writing 1.5.
    if (text.trim() !== "" && Number(text) !== 1) store.getState().scaleHeads(heads, Number(text));
  };
  return (
    <label className="head-factor">
      <span>{name} ×</span>
      <input
        type="number"
        aria-label={words.factorOf(name)}
        step={0.25}
        {...FACTOR_RANGE}
        value={typed ?? factor}
        onChange={(event) => change(event.target.value)}
        onBlur={() => {
          if (typed !== null && typed.trim() !== "") store.getState().scaleHeads(heads, Number(typed));
          setTyped(null);
        }}
      />
    </label>
  );
}
