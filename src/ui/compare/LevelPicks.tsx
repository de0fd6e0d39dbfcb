import { useRef } from "react";
import type { KvPrecision } from "../../shared/protocol";
import { LEVELS } from "../../shared/quant";
import {
  type ComparedChoice,
  joinWeights,
  type LevelChoice,
  splitCompared,
  splitWeights,
  withCache,
} from "../../shared/recipes";
import { useApp } from "../appContext";
import { IconButton } from "../IconButton";
import { LevelOptions } from "../model/LevelOptions";
import { SelectField } from "../panels/SelectField";
import { useStrings } from "../strings/useStrings";
import { useContenderName } from "./contenderName";

const CACHES: readonly KvPrecision[] = ["f32", "f16"];
const LORA_CHOICES = ["without", "with"] as const;

/** The reference, and what is held against it. */
export function LevelPicks({ isDisabled }: { isDisabled: boolean }) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const { reference, levels } = useApp((state) => state.comparisonChoices);
  const choose = useApp((state) => state.chooseComparison);
  const addLevel = useApp((state) => state.addComparedLevel);
  const addFile = useApp((state) => state.addComparedFile);
  const addLora = useApp((state) => state.addComparedLora);
  return (
    <>
      <SelectField
        label={compare.reference}
        hint={compare.referenceHint}
        value={reference}
        options={LEVELS.map((level): [ComparedChoice, string] => [level, nameOf(level)])}
        isDisabled={isDisabled}
        onChange={(level) => choose({ reference: level })}
      />
      <div className="compare-levels">
        {levels.map((level, index) => (
          <ComparedLevel
            key={level}
            index={index}
            level={level}
            others={levels}
            isDisabled={isDisabled}
            onChange={(changed) => choose({ levels: levels.map((known, i) => (i === index ? changed : known)) })}
            onRemove={() => choose({ levels: levels.filter((_, i) => i !== index) })}
          />
        ))}
        <span className="compare-adds">
          <button type="button" className="button button-quiet" disabled={isDisabled} onClick={addLevel}>
            {compare.addLevel}
          </button>
          <AddFiles
            label={compare.addFile}
            hint={compare.addFileHint}
            accept=".gguf,.safetensors,.json,.model,.txt"
            isDisabled={isDisabled}
            onChange={addFile}
          />
          <AddFiles
            label={compare.addLora}
            hint={compare.addLoraHint}
            accept=".safetensors,.json"
            isDisabled={isDisabled}
            onChange={addLora}
          />
        </span>
      </div>
    </>
  );
}

interface AddFilesProps {
  readonly label: string;
  readonly hint: string;
  readonly accept: string;
  readonly isDisabled: boolean;
  readonly onChange: (files: readonly File[]) => void;
}

/** Files that lie on this machine; they are read again for every run. */
function AddFiles({ label, hint, accept, isDisabled, onChange }: AddFilesProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="button button-quiet"
        disabled={isDisabled}
        title={hint}
        onClick={() => input.current?.click()}
      >
        {label}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={label}
        accept={accept}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = "";
          if (files.length > 0) onChange(files);
        }}
      />
    </>
  );
}

interface ComparedLevelProps {
  readonly index: number;
  readonly level: ComparedChoice;
  readonly others: readonly ComparedChoice[];
  readonly isDisabled: boolean;
  readonly onChange: (level: ComparedChoice) => void;
  readonly onRemove: () => void;
}

function ComparedLevel({ index, level, others, isDisabled, onChange, onRemove }: ComparedLevelProps) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const { weights, cache } = splitCompared(level);
  const { choice, hasLora } = splitWeights(weights);
  const knowsLora = useApp(({ comparisonChoices, model }) => (comparisonChoices.lora ?? model?.request.lora) != null);
  const fileName = useApp((state) => state.comparisonChoices.file?.[0]?.name ?? "");
  return (
    <span className="compare-level">
      {weights === "file" ? (
        <span className="compare-file" title={fileName}>
          {fileName}
        </span>
      ) : (
        <select
          aria-label={compare.compared(String(index + 1))}
          value={choice}
          disabled={isDisabled}
          onChange={(event) => onChange(withCache(joinWeights(event.target.value as LevelChoice, hasLora), cache))}
        >
          <LevelOptions
            chosen={choice}
            isOffered={(id) => id === choice || !others.includes(withCache(joinWeights(id, hasLora), cache))}
            nameOf={nameOf}
          />
        </select>
      )}
      <select
        aria-label={compare.cacheOf(String(index + 1))}
        value={cache}
        disabled={isDisabled}
        onChange={(event) => onChange(withCache(weights, event.target.value === "f16" ? "f16" : "f32"))}
      >
        {CACHES.map((id) => (
          <option key={id} value={id} disabled={id !== cache && others.includes(withCache(weights, id))}>
            {compare.caches[id]}
          </option>
        ))}
      </select>
      {weights !== "file" && (knowsLora || hasLora) && (
        <select
          aria-label={compare.loraOf(String(index + 1))}
          value={hasLora ? "with" : "without"}
          disabled={isDisabled}
          onChange={(event) => onChange(withCache(joinWeights(choice, event.target.value === "with"), cache))}
        >
          {LORA_CHOICES.map((id) => (
            <option
              key={id}
              value={id}
              disabled={(id === "with") !== hasLora && others.includes(withCache(joinWeights(choice, !hasLora), cache))}
            >
              {compare.loraChoices[id]}
            </option>
          ))}
        </select>
      )}
      <IconButton icon="close" label={compare.removeLevel(nameOf(level))} isDisabled={isDisabled} onClick={onRemove} />
    </span>
  );
}
