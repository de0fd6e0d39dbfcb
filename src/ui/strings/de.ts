/** Die Wörter der Oberfläche auf Deutsch. */

import { deArchitecture } from "./deArchitecture";
import { deAttention } from "./deAttention";
import { deCompare } from "./deCompare";
import { deErrors } from "./deErrors";
import { deImage } from "./deImage";
import { deKvCache } from "./deKvCache";
import { deLibrary } from "./deLibrary";
import { deNextToken } from "./deNextToken";
import { dePrompts } from "./dePrompts";
import { deRuntimeTexts } from "./deRuntimeTexts";
import type { Strings } from "./en";
import { messageTranslator } from "./messageTranslator";

export const de: Strings = {
  header: {
    chats: "Chats",
    commands: "Befehle",
    adapterHint: "Der Adapter, der rechnet",
    software: "Software",
    model: "Modell",
    noModel: "Kein Modell geöffnet",
    noWebGpu: "WebGPU ist nicht verfügbar",
    cancelling: "wird abgebrochen",
    opening: "wird geöffnet",
    ready: "bereit",
    stages: {
      waiting: "wartet auf einen anderen Tab",
      reading: "wird gelesen",
      downloading: "wird heruntergeladen",
      weights: "Gewichte werden geladen",
      tokenizer: "Tokenizer wird vorbereitet",
      kernels: "Kernel werden gewählt",
    },
    context: "Kontext",
    contextUnknown: "Wie viel hineinpasst, ist bekannt, sobald ein Modell offen ist.",
    contextUsed: (percent) => `${percent} des Kontexts sind belegt`,
  },
  contextNext: {
    stop: "Wenn er voll ist, endet die Antwort dort; nichts fällt weg.",
    nothing: "Wenn er voll ist, fallen die ältesten Beiträge weg. Noch gibt es keine.",
    drop: (words) => `Wenn er voll ist, fällt dies zuerst weg: „${words}“ samt Antwort.`,
    text: "Wenn er voll ist, fällt der älteste Teil des Textes weg, bis auf die ersten vier Tokens.",
    high: (percent) => `${percent} des Kontexts sind belegt.`,
    dropInstead: "Stattdessen das Älteste weglassen",
    dropNow: "Das Älteste weglassen und weiter",
  },
  loading: {
    name: "Modell wird geladen",
    stages: {
      waiting: "Ein anderer Tab hat es",
      reading: "Die Datei wird gelesen",
      downloading: "Wird heruntergeladen",
      weights: "Die Gewichte kommen auf die GPU",
      tokenizer: "Der Tokenizer wird vorbereitet",
      kernels: "Kernel werden übersetzt und gemessen",
    },
    opening: "Wird geöffnet",
    cancelling: "Wird abgebrochen",
    cancel: "Laden abbrechen",
    pause: "Anhalten",
    resume: "Fortsetzen",
    paused: "Angehalten",
    rate: (rate) => `${rate}/s`,
    left: (time) => `noch ${time}`,
    takeOver: "Übernehmen",
    asking: "Es passt vielleicht nicht: wartet auf deine Antwort",
    showFit: "Ansehen, was es braucht",
    heldSince: (time) => `Ein Tab dieser Seite hat das Modell seit ${time} offen.`,
    retrying: "Die Verbindung ist abgerissen, oder der Server hat zu tun. Es wird wieder versucht.",
    noResume: "Dieser Server schickt nur ganze Dateien: Ein abgebrochener Download beginnt von vorn.",
    notKept: (reason) => `Bleibt nicht für den nächsten Besuch. ${reason}`,
    of: (done, total) => `${done} von ${total}`,
  },
  failure: (failure) => {
    switch (failure.kind) {
      case "open":
        return `${failure.name} ließ sich nicht öffnen`;
      case "taken":
        return `${failure.name} ist jetzt in einem anderen Tab offen`;
      case "import":
        return failure.name === "" ? "Der Import hat nichts geändert" : `${failure.name} wurde nicht importiert`;
      case "picture":
        return failure.name === "" ? "Das Bild wurde nicht hinzugefügt" : `${failure.name} wurde nicht hinzugefügt`;
      case "open-link":
        return "Der Link ließ sich nicht öffnen";
      case "cancel":
        return "Abbrechen ging nicht";
      case "stop":
        return "Anhalten ging nicht";
      case "send":
        return "Die Nachricht wurde nicht gesendet";
      case "cache":
        return "Der Cache ließ sich nicht ändern";
      case "device":
        return "Der Grafikadapter hat nicht geantwortet";
      case "device-lost":
        return "Der Grafikadapter ist verloren gegangen";
      case "library":
        return "Das ging nicht";
      case "drop":
        return "Die abgelegten Dateien ließen sich nicht lesen";
      case "save":
        return "Chats werden nicht gesichert";
      case "restore":
        return "Manche gesicherten Chats sind nicht lesbar und bleiben unberührt";
    }
  },
  dismiss: "Schließen",
  close: "Schließen",
  cancel: "Abbrechen",
  errors: deErrors,
  errorDetail: "Im Einzelnen, auf Englisch:",
  runtimeText: messageTranslator(deRuntimeTexts),
  reloadModel: "Modell neu laden",
  chats: {
    list: "Chats",
    search: "Chats durchsuchen",
    newChat: "Neuer Chat",
    untitled: "Neuer Chat",
    none: "Chats, die du beginnst, bleiben hier, nur auf diesem Gerät.",
    noMatch: "Kein Chat enthält diese Wörter.",
    pinned: "Angeheftet",
    recent: "Zuletzt",
    writing: "wird geschrieben",
    actions: (title) => `Aktionen für ${title}`,
    rename: "Umbenennen",
    title: "Titel",
    pin: "Anheften",
    unpin: "Lösen",
    delete: "Löschen",
    exportJson: "Als JSON sichern",
    exportMarkdown: "Als Markdown sichern",
    exportAll: "Alle Chats als JSON sichern",
    export: "Export",
    exportHint: "Dieser Chat als JSON, mit allen Zweigen, Token-IDs und Einstellungen",
    formats: "Weitere Formate",
    import: "Import",
    importHint: "Chats aus einer JSON- oder Markdown-Datei",
    imported: (count) => (count === 1 ? "1 Chat wurde importiert." : `${count} Chats wurden importiert.`),
    deleted: "Chat gelöscht.",
    turnDeleted: "Beitrag gelöscht, samt allem danach.",
    undo: "Rückgängig",
  },
  turn: {
    you: "Du",
    assistant: "Assistent",
    conversation: "Gespräch",
    jump: "Zum Neuesten",
    unanswered: "Nicht Teil des Gesprächs: Es kam keine Antwort.",
    interrupted: "abgebrochen",
    edited: "von dir bearbeitet",
    reading: "Liest",
    readingTokens: (done, total) => `Liest Token ${done} von ${total}`,
    thinking: "Denkt nach",
    thought: "Gedanken",
    copy: "Kopieren",
    copied: "Kopiert",
    copyCode: "Code kopieren",
    edit: "Bearbeiten",
    editLabel: { user: "Deine Nachricht bearbeiten", assistant: "Die Antwort bearbeiten" },
    saveMessage: "Als Zweig senden",
    saveMessageOnly: "Als Zweig sichern",
    regenerate: "Neu erzeugen",
    continue: "Fortsetzen",
    delete: "Beitrag löschen",
    details: "Einzelheiten",
    previousBranch: "Voriger Zweig",
    nextBranch: "Nächster Zweig",
    branch: (position, count) => `Zweig ${position} von ${count}`,
    rawTokens: "Token-IDs",
    noTokens: "Zu diesem Beitrag sind keine Token-IDs gesichert.",
    image: (alt) => (alt === "" ? "Bild, nicht geladen" : `Bild, nicht geladen: ${alt}`),
    seed: (seed) => `Seed ${seed}`,
    firstToken: (duration) => `erstes Token nach ${duration}`,
    promptTokens: (tokens) => `Prompt ${tokens}`,
    prefill: (rate) => `Prefill ${rate}`,
    ends: {
      "end-of-text": "von selbst beendet",
      "max-tokens": "Höchstlänge erreicht",
      "stop-string": "auf Stopptext getroffen",
      stopped: "von dir angehalten",
      capacity: "der Cache ist voll",
    },
  },
  composer: {
    chat: "Chat",
    message: "Nachricht",
    write: "Schreib eine Nachricht",
    noModel: "Öffne ein Modell und schreib dann hier",
    begin: "Beginne einen Text, den das Modell fortsetzt",
    noTokenizer: "Dieses Modell hat keinen Tokenizer und kann daher nicht chatten.",
    base: "Dies ist ein Basismodell: Es setzt deinen Text fort. Jede Nachricht beginnt neu; „Fortsetzen“ schreibt am Ende weiter.",
    elsewhere: (title) => `In „${title}“ wird gerade eine Antwort geschrieben.`,
    think: "Nachdenken",
    send: "Senden",
    stop: "Anhalten",
  },
  image: deImage,
  empty: {
    title: "Ein Sprachmodell, hinter Glas.",
    text: "Öffne ein Modell von deiner Festplatte. Es läuft auf dem Grafikprozessor dieses Geräts, in diesem Tab; nichts, was du schreibst, verlässt ihn.",
    choose: "Dateien wählen",
    hint: "Eine GGUF-Datei, oder config.json, tokenizer.json und *.safetensors eines Llama-, Mistral-, Qwen-, SmolLM- oder GPT‑2-Modells. Du kannst sie auch irgendwo hier ablegen.",
    listing: (id) => `Der Hub wird gefragt, welche Dateien ${id} hat.`,
    onItsWay: "Das Modell ist unterwegs. Du kannst deine Nachricht schon schreiben.",
    asking:
      "Das Modell passt vielleicht nicht auf dieses Gerät. Bevor du es sagst, kommt nichts: Sieh nach, was es braucht.",
    heldElsewhere:
      "Ein anderer Tab hat dieses Modell offen. Hier öffnet es sich, sobald er es freigibt oder du es übernimmst.",
    paused: "Das Laden ist angehalten. Es geht dort weiter, wo es aufgehört hat, sobald du es fortsetzt.",
    severalFiles: (id, count) => `${id} hat ${count} Modelle zur Auswahl.`,
    showFiles: "Eines wählen",
    ask: "Frag etwas.",
    askExample: "Erkläre in drei Sätzen, wie ein Regenbogen entsteht.",
    begin: "Beginne einen Text.",
    beginExample: "Once upon a time",
    bundled: "Pane ist da.",
    bundledAbout:
      "Ein sehr kleines Modell, das mit dieser Seite kam. Es kann nur Englisch, kennt einfache Formen, Listen, kleine Rechnungen, kurze Geschichten und wie Sprachmodelle arbeiten, sonst nichts, und macht Fehler.",
    bundledExamples: [
      "How does attention work?",
      "Tell a story about a fox and a lamp.",
      "27 + 48 =",
      "What does the KV cache hold?",
    ],
    otherModels: "Größere Modelle",
    cannotChat: "Dieses Modell kann nicht chatten.",
    noTokenizer: (name) =>
      `${name} kam ohne Tokenizer, Text kann also nicht in seine Tokens zerlegt werden. Öffne es noch einmal zusammen mit seiner tokenizer.json.`,
    again: (name) => `${name} wieder öffnen`,
    chooseAgain: (name) => `${name} noch einmal wählen`,
    lastFiles: (name) =>
      `Zuletzt lief ${name} aus deinen eigenen Dateien. Von selbst darf eine Seite keine Dateien öffnen: Wähle es noch einmal, um weiterzumachen.`,
  },
  noWebGpu: {
    title: "Dieser Browser gibt der Seite keinen Grafikprozessor.",
    text: "Das Modell rechnet über WebGPU, das hier fehlt; darum gibt es noch nichts, womit man chatten könnte.",
    insecure:
      "Diese Seite kam über einfaches http von einem anderen Rechner. Browser bieten WebGPU nur über https und auf localhost an: Öffne sie auf einem dieser Wege.",
    recorded: "Was ein Modell im Inneren tut, lässt sich trotzdem ansehen: ein kurzes Gespräch, aufgezeichnet.",
    openRecorded: "Das aufgezeichnete Beispiel öffnen",
    recordedTag: "aufgezeichnet",
    recordedNote: (model: string) =>
      `Das hat ${model} einmal gelesen und geantwortet. Alle Ansichten zeigen seine echten Zahlen, aber nichts lässt sich neu fragen oder berechnen.`,
    thisBrowser: "dieser Browser",
    tryAgain: "Noch einmal versuchen",
    answer: "Die Antwort des Browsers:",
    chrome:
      "Ab Version 113 auf Windows, macOS und ChromeOS, ab 121 auf Android 12. Schalte unter Einstellungen, System die Grafikbeschleunigung ein. Unter Linux: „Unsafe WebGPU Support“ und „Vulkan“ auf chrome://flags.",
    safari:
      "Ab Version 26 auf macOS, iOS und iPadOS. Auf älteren Systemen unter Einstellungen, Feature-Flags „WebGPU“ einschalten; fehlt der Eintrag, nimm Chrome oder Edge auf einem Mac.",
    firefox:
      "Ab Version 141 auf Windows, ab 145 auf Macs mit Apple-Chip. Sonst dom.webgpu.enabled auf about:config einschalten oder Chrome nehmen.",
    or: "Chrome oder Edge",
  },
  inspector: {
    name: "Inspektor",
    uncover: "Zurück zum Chat",
    divider: "Breite des Chats",
    dividerHint: "Ziehen verteilt die Breite; Doppelklick stellt die übliche Teilung her",
    chatShare: (percent) => `${percent} % für den Chat`,
    noWebGpu: "Ohne WebGPU wird hier nichts gerechnet. Das aufgezeichnete Beispiel füllt diese Reiter.",
  },
  compare: deCompare,
  attention: deAttention,
  kvCache: deKvCache,
  nextToken: deNextToken,
  tabs: {
    attention: "Attention",
    nextToken: "Nächstes Token",
    kvCache: "KV-Cache",
    compare: "Vergleich",
    models: "Modelle",
  },
  settings: { name: "Einstellungen" },
  library: deLibrary,
  model: {
    panel: "Modell",
    stored: "wie gespeichert",
    storedAs: (format) => `wie gespeichert (${format})`,
    staysStored: (level) =>
      `Diese Dateien sind schon quantisiert und bleiben, wie sie sind; für ${level} braucht es die Dateien in voller Genauigkeit.`,
    close: "Modell schließen",
    openFiles: "Modelldateien öffnen",
    openHint:
      "Eine GGUF-Datei, oder config.json, tokenizer.json und *.safetensors zusammen. Ablegen auf der Seite geht auch.",
    drop: "Ablegen, um das Modell zu öffnen",
    level: "Stufe",
    levelHint: "Wie Gewichte auf der GPU liegen. Dateien in voller Genauigkeit werden beim Laden umgewandelt.",
    kernels: "Kernel",
    kernelsHint: "Auto misst beim Laden die Kandidaten und nimmt den schnellsten.",
    earlierChoice: "Das offene Modell benutzt noch die frühere Wahl.",
    reload: "So neu laden",
    weights: "Gewichte",
    parameters: "Parameter",
    onGpu: "Auf der GPU",
    onGpuOf: (all, weights) => `${all}, davon Gewichte ${weights}`,
    architecture: "Architektur",
    spec: deArchitecture,
  },
  prompt: {
    panel: "System-Prompt",
    name: "System-Prompt",
    hint: "Steht vor dem Gespräch, nur in diesem Chat.",
    baseHint: "Ein Basismodell liest keinen System-Prompt: Es setzt den Text fort, den du schreibst.",
    begin: "Den Text damit beginnen",
    preset: "Vorlage",
    choose: "Vorlage wählen",
    builtIn: "Beispiele",
    own: "Deine eigenen",
    save: "Als Vorlage sichern",
    saveName: "Name der Vorlage",
    saveConfirm: "Sichern",
    remove: "Vorlage löschen",
    presets: dePrompts,
  },
  sampling: {
    panel: "Sampling",
    reset: "Zurücksetzen",
    preset: "Vorlage",
    presetHint: "Stellt ein, was das nächste Token bestimmt; Seed und Längen bleiben.",
    custom: "deine eigene",
    modelsOwn: "die des Modells",
    modelsOwnHint:
      "Wie die Dateien des Modells es wünschen. Deine Änderungen gelten; Zurücksetzen führt wieder hierher.",
    presets: {
      precise: "genau",
      balanced: "ausgewogen",
      creative: "einfallsreich",
      greedy: "greedy",
      llamaCpp: "wie llama.cpp",
    },
    greedy: "Greedy",
    greedyHint: "Immer das wahrscheinlichste Token, was auch immer die nächsten fünf Werte sagen.",
    penalties: "Abzüge",
    length: "Länge und Tempo",
    cache: "Cache",
    labels: {
      temperature: "Temperatur",
      topK: "Top-k",
      topP: "Top-p",
      minP: "Min-p",
      repetitionPenalty: "Wiederholungsabzug",
      frequencyPenalty: "Häufigkeitsabzug",
      presencePenalty: "Anwesenheitsabzug",
      seed: "Seed",
      maxNewTokens: "Höchstens neue Tokens",
    },
    hints: {
      temperature: "Niedriger ist ruhiger, höher überraschender.",
      topK: "Behält die k wahrscheinlichsten; 0: alle.",
      topP: "Behält die wahrscheinlichsten bis zu diesem Anteil; 1: alle.",
      minP: "Lässt weg, was unter diesem Anteil des wahrscheinlichsten liegt.",
      repetitionPenalty: "Schwächt die letzten 64 Tokens; 1 ist aus.",
      frequencyPenalty: "Abzug für jede Verwendung kürzlich; 0 ist aus.",
      presencePenalty: "Abzug einmal, wenn kürzlich verwendet; 0 ist aus.",
      seed: "Leer: für jede Antwort neu gezogen und bei ihr gezeigt. Derselbe Seed wiederholt eine Antwort.",
      maxNewTokens: "Spätestens hier endet eine Antwort.",
    },
    outOfRange: (min, max, used) => `Von ${min} bis ${max}; benutzt wird ${used}.`,
    drawn: "gezogen",
    takeAgain: (seed) => `${seed} wieder nehmen`,
    drawAfresh: "Neu ziehen",
    stopStrings: "Stopptexte",
    stopStringsHint: "Einer je Zeile; die Antwort endet davor. \\n steht für einen Zeilenumbruch.",
    inFlight: "Tokens unterwegs",
    inFlightHint: "Schritte, die der GPU im Voraus gegeben werden. Ändert das Tempo, nie den Text.",
    capacity: "Cache-Größe",
    capacityHint: "Tokens, auf die das Modell zurückblickt. Eine Änderung liest das Gespräch neu.",
    whatFits: "was passt",
    precision: "KV-Genauigkeit",
    precisionHint: "f16 halbiert den Cache und rundet, was er behält.",
    whenFull: "Wenn der Cache voll ist",
    whenFullHint: "Weglassen behält die ersten Tokens und liest den Rest neu.",
    endAnswer: "Antwort beenden",
    dropOldest: "Älteste Beiträge weglassen",
  },
  statistics: {
    newest: "Neueste Antwort:",
    name: "Statistik der Erzeugung",
    cache: "KV-Cache",
    bytesOf: (used, all) => `${used} von ${all}`,
    tokens: "Tokens",
    tokensOf: (used, all, percent) => `${used} von ${all}, ${percent}`,
    inUse: "Belegt",
    reserved: "Reserviert",
    perToken: "Je Token",
    next: "Fällt zuerst weg",
  },
  device: {
    panel: "Gerät",
    asking: "Der Browser wird nach einem Grafikadapter gefragt.",
    unavailable: "Dieser Browser bietet keinen WebGPU-Adapter.",
    failed: "Der Grafikadapter hat nicht geantwortet.",
    softwareNote:
      "Ein Software-Adapter rechnet auf dem Prozessor: Die Antworten stimmen, sind aber langsam. Sieh nach, ob der Browser die Grafikbeschleunigung benutzt.",
    adapter: "Adapter",
    architecture: "Architektur",
    largestBuffer: "Größter Puffer",
    largestBinding: "Größte Bindung",
    workgroupMemory: "Workgroup-Speicher",
    workgroupSize: "Workgroup-Größe",
    threads: (count) => `${count} Threads`,
    features: "Benutzte Fähigkeiten",
    noFeatures: "Keine über den Standard hinaus: Alles wird in f32 gerechnet.",
    kernels: "Gewählte Kernel",
    operation: "Operation",
    variant: "Variante",
    why: "Warum",
  },
  language: {
    label: "Sprache",
    hint: "Der Oberfläche; das Modell antwortet in jeder, die es kann.",
    auto: "wie der Browser",
  },
  palette: {
    name: "Befehle",
    search: "Befehl oder Chat eintippen",
    nothing: "So heißt nichts.",
    actions: "Aktionen",
    chats: "Chats",
    sampling: "Sampling-Vorlage",
  },
  shortcuts: {
    name: "Tastenkürzel",
    list: "Diese Liste zeigen",
    palette: "Befehle und Chats",
    newChat: "Neuer Chat",
    search: "Chats durchsuchen",
    message: "Nachricht schreiben",
    send: "Senden",
    newLine: "Neue Zeile",
    stop: "Antwort anhalten",
    regenerate: "Letzte Antwort neu erzeugen",
    editLast: "Deine letzte Nachricht bearbeiten",
    copyLast: "Letzte Antwort kopieren",
    sidebar: "Chats zeigen oder verbergen",
    settings: "Einstellungen zeigen oder verbergen",
    inspector: "Inspektor zeigen oder verbergen",
    close: "Schließen, was offen ist",
    enter: "Enter",
    shift: "Umschalt",
    ctrl: "Strg",
    escape: "Esc",
  },
};
