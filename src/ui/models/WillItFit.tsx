import { type Fit, type FitReason, tokensPerSecondAtMost } from "../../shared/fit";
import { KV_BYTES } from "../../shared/memory";
import type { LevelChoice } from "../../shared/recipes";
import { formatBytes, formatTokenRate, formatTokens } from "../../shared/units";
import { fitOf, type Looked } from "../../store/librarySlice";
import { useApp, useAppStore } from "../appContext";
import { useLevelName } from "../model/levelName";
import { type Fact, Facts } from "../panels/Facts";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";

/** What the model that was looked at needs of this device; where it may not fit, the load waits for a word. */
export function WillItFit() {
  const { library: words } = useStrings();
  const levelOf = useLevelName();
  const looked = useApp((state) => state.looked);
  // Each of these changes the answer.
  useApp((state) => state.level);
  useApp((state) => state.cacheRequest);
  useApp((state) => state.storage);
  useApp((state) => state.kept);
  useApp((state) => state.device);
  const store = useAppStore();
  const fit = fitOf(store.getState());
  if (looked === null || fit === null) return null;
  const { inspection } = looked;
  return (
    <section className="panel fit" aria-label={words.fit} data-verdict={fit.verdict.kind}>
      <div className="panel-head">
        <h2 className="panel-title">{words.fit}</h2>
        <span className="muted">{inspection.link}</span>
      </div>
      <p className="fit-verdict">{verdictWords(words, fit, levelOf)}</p>
      <Facts facts={factsOf(words, fit)} />
      <Speed bytesPerToken={fit.needs.bytesPerToken} />
      <Formula looked={looked} fit={fit} />
      <Answer looked={looked} fit={fit} />
    </section>
  );
}

type Words = Strings["library"];

function verdictWords(
  words: Words,
  { verdict, canBeKept, freeBytes }: Fit,
  levelOf: (level: LevelChoice) => string,
): string {
  const kept = canBeKept || freeBytes === null ? "" : ` ${words.notKept(formatBytes(freeBytes))}`;
  if (verdict.kind === "fits") return words.verdicts.fits + kept;
  const reason = reasonWords(words, verdict.reason);
  if (verdict.kind === "fits-not") return `${words.verdicts["fits-not"]} ${reason}`;
  return `${words.verdicts["fits-at"](levelOf(verdict.level))} ${reason}`;
}

function reasonWords(words: Words, reason: FitReason): string {
  const [needed, limit] = [formatBytes(reason.neededBytes), formatBytes(reason.limitBytes)];
  if (reason.kind === "memory") return words.reasons.memory(needed, limit);
  return words.reasons.cache(needed, limit, formatTokens(reason.capacity));
}

function factsOf(words: Words, { needs, capacity, cacheBytes, gpuBytes, freeBytes }: Fit): Fact[] {
  return [
    [words.download, needs.downloadBytes === 0 ? words.allKept : formatBytes(needs.downloadBytes)],
    [words.disk, formatBytes(needs.keptBytes)],
    [words.weightsOnGpu, formatBytes(needs.weightBytes)],
    [words.cacheOnGpu, words.ofTokens(formatBytes(cacheBytes), formatTokens(capacity))],
    [words.total, formatBytes(gpuBytes)],
    [words.storageFree, formatBytes(freeBytes)],
  ];
}

function Speed({ bytesPerToken }: { bytesPerToken: number }) {
  const { library: words } = useStrings();
  const copyBytesPerSecond = useApp((state) => state.copyBytesPerSecond);
  const isMeasuring = useApp((state) => state.isMeasuring);
  const measureBandwidth = useApp((state) => state.measureBandwidth);
  const measured =
    copyBytesPerSecond === null ? (
      <button type="button" className="button" disabled={isMeasuring} onClick={() => void measureBandwidth()}>
        {isMeasuring ? words.measuring : words.measure}
      </button>
    ) : (
      words.speedOf(
        formatTokenRate(tokensPerSecondAtMost(copyBytesPerSecond, bytesPerToken)),
        formatBytes(copyBytesPerSecond),
      )
    );
  return <Facts facts={[[words.speed, measured]]} />;
}

function Formula({ looked, fit }: { looked: Looked; fit: Fit }) {
  const { library: words } = useStrings();
  const precision = useApp((state) => state.cacheRequest.kvPrecision);
  const { blocks } = looked.inspection.spec;
  const attention = blocks[0]?.attention;
  if (attention === undefined) return null;
  const tokens = formatTokens(fit.capacity);
  return (
    <details className="fit-formula">
      <summary>{words.formula}</summary>
      <p>{words.formulaWeights}</p>
      <p>{words.formulaCache(blocks.length, attention.numKvHeads, attention.headDim, KV_BYTES[precision], tokens)}</p>
      <p>{words.unknownMemory}</p>
    </details>
  );
}

function Answer({ looked, fit }: { looked: Looked; fit: Fit }) {
  const { library: words } = useStrings();
  const answerFit = useApp((state) => state.answerFit);
  const levelOf = useLevelName();
  const openSource = useApp((state) => state.openSource);
  const chooseLevel = useApp((state) => state.chooseLevel);
  const isLoading = useApp((state) => state.loading !== null);
  const { verdict } = fit;
  if (!looked.isAsking && isLoading) return null;
  const load = () => (looked.isAsking ? answerFit(true) : void openSource(looked.source));
  return (
    <div className="fit-answer">
      {verdict.kind === "fits-at" && (
        <button
          type="button"
          className="button button-primary"
          onClick={() => {
            chooseLevel(verdict.level);
            void openSource(looked.source);
          }}
        >
          {words.loadAt(levelOf(verdict.level))}
        </button>
      )}
      {verdict.kind !== "fits" && (
        <button type="button" className="button" onClick={load}>
          {words.loadAnyway}
        </button>
      )}
    </div>
  );
}
