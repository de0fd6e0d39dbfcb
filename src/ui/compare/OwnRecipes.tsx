import { useEffect, useId, useState } from "react";
import { LEVELS, type Level } from "../../shared/quant";
import { PART_NAMES } from "../../shared/recipeRules";
import type { LevelChoice, RecipeReport, RuleReport } from "../../shared/recipes";
import { formatBytes, formatCount } from "../../shared/units";
import { useApp } from "../appContext";
import { ErrorWords } from "../ErrorWords";
import { IconButton } from "../IconButton";
import { choiceWords } from "../model/levelName";
import { useStrings } from "../strings/useStrings";
import { type DraftRule, draftChoice, draftOf, NEW_DRAFT, patternError, type RecipeDraft } from "./recipeDraft";

/** Which tensors get which level, as the person has it. */
export function OwnRecipes() {
  const strings = useStrings();
  const { ownRecipes: words } = strings.compare;
  const kept = useApp((state) => state.ownRecipes);
  const remove = useApp((state) => state.deleteRecipe);
  const compare = useApp((state) => state.addComparedChoice);
  const isRunning = useApp((state) => state.comparison?.end === "running" || state.lanes?.isRunning === true);
  const [draft, setDraft] = useState(NEW_DRAFT);
  return (
    <details className="own-recipes">
      <summary>{words.title}</summary>
      <p className="hint">{words.hint}</p>
      {kept.length > 0 && (
        <ul className="own-recipes-kept">
          {kept.map(({ id, name, choice }) => (
            <li key={id}>
              <span className="own-recipe-name">{name}</span>
              <span className="own-recipe-rules">{choiceWords(strings, choice)}</span>
              <button
                type="button"
                className="button button-quiet"
                disabled={isRunning}
                onClick={() => compare(choice)}
              >
                {words.compare}
              </button>
              <IconButton icon="edit" label={words.edit(name)} onClick={() => setDraft(draftOf(name, choice))} />
              <IconButton icon="close" label={words.delete(name)} onClick={() => remove(id)} />
            </li>
          ))}
        </ul>
      )}
      <RecipeForm draft={draft} onChange={setDraft} />
    </details>
  );
}

interface RecipeFormProps {
  readonly draft: RecipeDraft;
  readonly onChange: (draft: RecipeDraft) => void;
}

function RecipeForm({ draft, onChange }: RecipeFormProps) {
  const { ownRecipes: words } = useStrings().compare;
  const keep = useApp((state) => state.keepRecipe);
  const [keptName, setKeptName] = useState<string | null>(null);
  const id = useId();
  const choice = draftChoice(draft);
  const report = useRecipeReport(choice);
  const { rules } = draft;
  const name = draft.name.trim();
  const namesNothing = report?.rules.some(({ named }) => named === 0) === true;
  const change = (part: Partial<RecipeDraft>): void => {
    setKeptName(null);
    onChange({ ...draft, ...part });
  };
  const save = (): void => {
    if (choice === null) return;
    keep(name, choice);
    onChange(NEW_DRAFT);
    setKeptName(name);
  };
  return (
    <fieldset
      className="own-recipe-form"
      // Enter in a field of it does not start the comparison around it.
      onKeyDown={(event) => {
        if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
      }}
    >
      <legend className="visually-hidden">{words.form}</legend>
      <p className="hint" id={`${id}hint`}>
        {words.patternHint}
      </p>
      <datalist id={`${id}parts`}>
        {[...PART_NAMES, "layer 0"].map((part) => (
          <option key={part} value={part} />
        ))}
      </datalist>
      {rules.map((rule, index) => (
        <Rule
          key={rule.id}
          rule={rule}
          number={String(index + 1)}
          formId={id}
          report={report?.rules[index] ?? null}
          onChange={(changed) => change({ rules: rules.map((known) => (known === rule ? changed : known)) })}
          onRemove={rules.length > 1 ? () => change({ rules: rules.filter((known) => known !== rule) }) : null}
        />
      ))}
      <div className="own-recipe-rule">
        <span className="own-recipe-rest">{words.rest}</span>
        <LevelSelect label={words.rest} value={draft.level} onChange={(level) => change({ level })} />
        <span className="own-recipe-match">{report !== null && matchWords(report.rest, words)}</span>
      </div>
      <div className="own-recipe-actions">
        <button type="button" className="button button-quiet" onClick={() => change({ rules: withRule(rules) })}>
          {words.addRule}
        </button>
        <input
          type="text"
          aria-label={words.name}
          placeholder={words.namePlaceholder}
          maxLength={60}
          value={draft.name}
          onChange={({ target }) => change({ name: target.value })}
        />
        <button
          type="button"
          className="button"
          disabled={choice === null || name === "" || namesNothing}
          title={name === "" ? words.needsName : undefined}
          onClick={save}
        >
          {words.keep}
        </button>
      </div>
      <p role="status" className="hint">
        {keptName !== null && words.kept(keptName)}
      </p>
    </fieldset>
  );
}

interface RuleProps {
  readonly rule: DraftRule;
  readonly number: string;
  readonly formId: string;
  readonly report: RuleReport | null;
  readonly onChange: (rule: DraftRule) => void;
  readonly onRemove: (() => void) | null;
}

function Rule({ rule, number, formId, report, onChange, onRemove }: RuleProps) {
  const { ownRecipes: words } = useStrings().compare;
  const error = patternError(rule.pattern);
  const matchId = `${formId}match${rule.id}`;
  const isWrong = error !== null || report?.named === 0;
  return (
    <div className="own-recipe-rule">
      <input
        type="text"
        className="own-recipe-pattern"
        aria-label={words.pattern(number)}
        aria-describedby={`${matchId} ${formId}hint`}
        aria-invalid={isWrong}
        list={`${formId}parts`}
        placeholder={words.patternPlaceholder}
        spellCheck={false}
        autoCapitalize="off"
        value={rule.pattern}
        onChange={({ target }) => onChange({ ...rule, pattern: target.value })}
      />
      <LevelSelect label={words.level(number)} value={rule.level} onChange={(level) => onChange({ ...rule, level })} />
      {onRemove !== null && <IconButton icon="close" label={words.removeRule(number)} onClick={onRemove} />}
      <span id={matchId} className={isWrong ? "own-recipe-match own-recipe-wrong" : "own-recipe-match"}>
        {error !== null ? (
          <ErrorWords error={{ name: "InvalidSettingError", message: error }} />
        ) : (
          report !== null && matchWords(report, words)
        )}
      </span>
    </div>
  );
}

interface LevelSelectProps {
  readonly label: string;
  readonly value: Level;
  readonly onChange: (level: Level) => void;
}

function LevelSelect({ label, value, onChange }: LevelSelectProps) {
  const { model } = useStrings();
  return (
    <select aria-label={label} value={value} onChange={({ target }) => onChange(target.value as Level)}>
      {LEVELS.map((level) => (
        <option key={level} value={level}>
          {level === "stored" ? model.stored : level}
        </option>
      ))}
    </select>
  );
}

type Words = ReturnType<typeof useStrings>["compare"]["ownRecipes"];

function matchWords(
  { tensors, sizeBytes, named }: Omit<RuleReport, "named"> & { named?: number },
  words: Words,
): string {
  if (named === 0) return words.nothing;
  if (tensors === 0 && named !== undefined) return words.taken;
  const size = formatBytes(sizeBytes);
  return tensors === 1 ? words.matchedOne(size) : words.matched(formatCount(tensors), size);
}

function withRule(rules: readonly DraftRule[]): readonly DraftRule[] {
  const id = Math.max(-1, ...rules.map((rule) => rule.id)) + 1;
  return [...rules, { id, pattern: "", level: "q8_0" }];
}

/** Of the open model; null while that is not known. */
function useRecipeReport(choice: LevelChoice | null): RecipeReport | null {
  const describe = useApp((state) => state.describeRecipe);
  const handle = useApp((state) => state.model?.report.handle);
  const [found, setFound] = useState<{ key: string; report: RecipeReport | null } | null>(null);
  const key = `${handle} ${choice}`;
  useEffect(() => {
    if (choice === null || handle === undefined) return;
    let isWanted = true;
    void describe(choice).then(
      (report) => isWanted && setFound({ key, report }),
      // What is wrong with a rule stands beside it already.
      () => isWanted && setFound(null),
    );
    return () => {
      isWanted = false;
    };
  }, [describe, handle, choice, key]);
  return found?.key === key ? found.report : null;
}
