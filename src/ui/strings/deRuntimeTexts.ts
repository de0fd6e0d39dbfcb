import { deFileTexts } from "./deFileTexts";

/**
 * Meldungen der Runtime, Wort für Wort. {0}, {1} … stehen für das, was die Meldung nennt: Namen, Größen, Anzahlen. Was
 * hier fehlt, wird nach seiner Art gesagt (deErrors), mit der englischen Meldung darunter.
 */
export const deRuntimeTexts: Readonly<Record<string, string>> = {
  ...deFileTexts,
  // Adapter
  "This is an adapter. Open its model first, or choose the model's files with it.":
    "Das ist ein Adapter. Öffne zuerst sein Modell, oder wähle dessen Dateien mit aus.",
  "{0} has {1} {2}, which is not supported; LoRA of plain matrices is.":
    "{0} hat {1} {2}, was nicht unterstützt wird; LoRA einfacher Matrizen wird es.",
  "{0} is a GGUF file; adapters are merged into safetensors in Hugging Face layout. Open the model in that form.":
    "{0} ist eine GGUF-Datei; Adapter werden in safetensors im Hugging-Face-Aufbau gerechnet. Öffne das Modell in dieser Form.",
  'The adapter changes "{0}", which {1} does not have: it belongs to another model.':
    "Der Adapter ändert „{0}“, was {1} nicht hat: Er gehört zu einem anderen Modell.",
  "The adapter's B A for \"{0}\" has shape [{1}], the model's tensor [{2}]: it belongs to another model.":
    "B A des Adapters für „{0}“ hat die Form [{1}], der Tensor des Modells [{2}]: Er gehört zu einem anderen Modell.",
  'Tensor "{0}" is quantized already; adapters are merged into full precision.':
    "Der Tensor „{0}“ ist schon quantisiert; Adapter werden in volle Genauigkeit gerechnet.",
  "A model with an adapter in it is not kept. Keep the model without it, and choose the adapter again next time.":
    "Ein Modell mit Adapter wird nicht behalten. Behalte das Modell ohne ihn, und wähle den Adapter beim nächsten Mal wieder.",
  "There is no room for {0} beside the chat's own model, which is the reference and stays open. Open the chat's model at a smaller level: then the reference is read from its files and lets go of its room.":
    "Für {0} ist kein Platz neben dem Modell des Chats, das die Referenz ist und offen bleibt. Öffne das Modell des Chats auf einer kleineren Stufe: Dann wird die Referenz aus ihren Dateien gelesen und gibt ihren Platz wieder frei.",
  '{0} has the tensor "{1}", which is not supported.': "{0} hat den Tensor „{1}“, was nicht unterstützt wird.",
  "{0} is missing beside {1}.": "{0} fehlt neben {1}.",
  "{0} has {1} {2}; a number above 0 was expected.": "{0} hat {1} {2}; erwartet wurde eine Zahl über 0.",
  'Tensor "{0}" has shape [{1}], which is no matrix of rank {2}.':
    "Der Tensor „{0}“ hat die Form [{1}], was keine Matrix vom Rang {2} ist.",
  '{0} has no lora_{1} for "{2}".': "{0} hat kein lora_{1} für „{2}“.",
  "{0} comes with no matrices.": "{0} bringt keine Matrizen mit.",
  '{0} targets "{1}", for which there is no matrix. The adapter is not whole; get it again.':
    "{0} nennt „{1}“, wofür es keine Matrix gibt. Der Adapter ist nicht vollständig; lade ihn noch einmal herunter.",
  // Rezepte
  '"{0}" is no rule. Write it as "layer 0 = q8_0".': "„{0}“ ist keine Regel. Schreibe sie wie „layer 0 = q8_0“.",
  "A recipe of {0} rules is too long; {1} is the most.":
    "Ein Rezept mit {0} Regeln ist zu lang; höchstens {1} sind möglich.",
  'The recipe\'s rule "{0}" names no tensor of this model. Change or remove it.':
    "Die Regel „{0}“ des Rezepts nennt keinen Tensor dieses Modells. Ändere oder entferne sie.",
  '"{0}" names no tensors. Write a part ({1}), "layer 0", "layers 0-3 down", or a tensor\'s name with * in it.':
    "„{0}“ nennt keine Tensoren. Schreibe einen Teil ({1}), „layer 0“, „layers 0-3 down“ oder den Namen eines Tensors mit *.",
  // Dateien
  "{0} is not a GGUF file: it does not begin with the letters GGUF.":
    "{0} ist keine GGUF-Datei: Sie beginnt nicht mit den Buchstaben GGUF.",
  "{0} is truncated: it has {1} bytes, a GGUF header at least {2}.":
    "{0} ist abgeschnitten: Die Datei hat {1} Bytes, ein GGUF-Kopf mindestens {2}.",
  "{0} ends at byte {1}, but bytes {2} to {3} are needed. The file is truncated or damaged; get it again.":
    "{0} endet bei Byte {1}, gebraucht werden aber die Bytes {2} bis {3}. Die Datei ist abgeschnitten oder beschädigt; lade sie noch einmal herunter.",
  "{0} is truncated or damaged: its header needs at least {1} bytes, the file has {2}. Get it again.":
    "{0} ist abgeschnitten oder beschädigt: Der Kopf braucht mindestens {1} Bytes, die Datei hat {2}. Lade sie noch einmal herunter.",
  "{0} is a big-endian GGUF file; only little-endian is read.":
    "{0} ist eine GGUF-Datei in Big-Endian; gelesen wird nur Little-Endian.",
  "{0} has GGUF version {1}; versions 2 and 3 are read. Convert the model again.":
    "{0} hat die GGUF-Version {1}; gelesen werden die Versionen 2 und 3. Wandle das Modell neu um.",
  "{0} has a damaged GGUF header: {1}.": "{0} hat einen beschädigten GGUF-Kopf ({1}).",
  "{0} is damaged: its JSON cannot be read ({1}).": "{0} ist beschädigt: Das JSON ist nicht lesbar ({1}).",
  "{0} is not a safetensors file: it has {1} bytes, fewer than its {2}-byte start.":
    "{0} ist keine safetensors-Datei: Sie hat {1} Bytes, schon ihr Anfang hätte {2}.",
  "{0} is not a safetensors file, or truncated: it claims a header of {1} bytes and has {2} in all.":
    "{0} ist keine safetensors-Datei oder abgeschnitten: Der Kopf soll {1} Bytes haben, die ganze Datei hat {2}.",
  "{0} is one of {1} parts of a model; choose all of them.":
    "{0} ist einer von {1} Teilen eines Modells; wähle alle zusammen.",
  "{0} can no longer be read: it was moved or changed since it was chosen. Choose it again.":
    "{0} lässt sich nicht mehr lesen: Die Datei wurde seit der Auswahl verschoben oder geändert. Wähle sie noch einmal.",
  "{0} and {1} are files of two models; choose those of one.":
    "{0} und {1} gehören zu zwei Modellen; wähle die Dateien von einem.",
  'The file has no tensor "{0}", which this model needs.':
    "In der Datei fehlt der Tensor „{0}“, den dieses Modell braucht.",
  'Architecture "{0}" is not supported; supported are {1}.':
    "Die Architektur „{0}“ wird nicht unterstützt; unterstützt werden {1}.",
  "{0} is not a model file. Choose one GGUF file, or config.json, tokenizer.json and the *.safetensors files of one model.":
    "{0} ist keine Modelldatei. Wähle eine GGUF-Datei, oder config.json, tokenizer.json und die *.safetensors-Dateien eines Modells.",
  "There is no *.safetensors file beside {0}. Choose one GGUF file, or config.json, tokenizer.json and the *.safetensors files of one model.":
    "Neben {0} liegt keine *.safetensors-Datei. Wähle eine GGUF-Datei, oder config.json, tokenizer.json und die *.safetensors-Dateien eines Modells.",
  "{0} is missing. Choose one GGUF file, or config.json, tokenizer.json and the *.safetensors files of one model.":
    "{0} fehlt. Wähle eine GGUF-Datei, oder config.json, tokenizer.json und die *.safetensors-Dateien eines Modells.",
  "The browser's storage is full. Delete models on the Models tab, or free space on the disk.":
    "Der Speicher des Browsers ist voll. Lösche Modelle unter „Modelle“ oder schaffe Platz auf der Festplatte.",
  // Chats
  "The file holds no chats.": "In der Datei sind keine Chats.",
  "The file is not an export of chats: it has neither chats nor messages.":
    "Die Datei ist kein Export von Chats: Sie enthält weder Chats noch Nachrichten.",
  "The file is not JSON: {0}": "Die Datei ist kein JSON: {0}",
  "The browser's storage refused: {0}. Export what matters.":
    "Der Speicher des Browsers hat abgelehnt ({0}). Exportiere, was wichtig ist.",
  // Kontext
  "The conversation has {0} tokens, the context holds {1}. Let the oldest part go, choose a larger context, or begin a new chat.":
    "Das Gespräch hat {0} Tokens, der Kontext fasst {1}. Lass das Älteste wegfallen, wähle einen größeren Kontext oder beginne einen neuen Chat.",
  "The text has {0} tokens, the context holds {1}. Let the oldest part go, choose a larger context, or begin a new chat.":
    "Der Text hat {0} Tokens, der Kontext fasst {1}. Lass das Älteste wegfallen, wähle einen größeren Kontext oder beginne einen neuen Chat.",
  "The last message alone has {0} tokens, the context holds {1}. Shorten it or choose a larger context.":
    "Schon die letzte Nachricht hat {0} Tokens, der Kontext fasst {1}. Kürze sie oder wähle einen größeren Kontext.",
  "The last message and its answer have {0} tokens, the context holds {1}. Choose a larger context or begin a new chat.":
    "Die letzte Nachricht und ihre Antwort haben {0} Tokens, der Kontext fasst {1}. Wähle einen größeren Kontext oder beginne einen neuen Chat.",
  "Cache capacity {0} is beyond the {1} positions this model has learned.":
    "Ein Cache für {0} Tokens geht über die {1} Positionen hinaus, die dieses Modell gelernt hat.",
  "A context of {0} tokens needs {1} bytes in one buffer for each layer; on this device it can hold {2} tokens. Choose a smaller context.":
    "Ein Kontext von {0} Tokens braucht je Schicht {1} Bytes in einem Puffer; auf diesem Gerät passen {2} Tokens. Wähle einen kleineren Kontext.",
  // Rechnen
  "The runtime stopped unexpectedly{0}, and the model is no longer on the GPU. Load it again to go on.":
    "Die Runtime ist unerwartet stehen geblieben{0}, und das Modell ist nicht mehr auf dem Grafikprozessor. Lade es noch einmal, um weiterzumachen.",
  "The GPU device was lost ({0}). Reload the model to go on; the conversation is kept.":
    "Der Grafikprozessor ist verloren gegangen ({0}). Lade das Modell neu, um weiterzumachen; das Gespräch bleibt.",
  "The GPU is out of memory: {0}. Choose a smaller model, level or context.":
    "Dem Grafikprozessor fehlt Speicher ({0}). Wähle ein kleineres Modell, eine gröbere Stufe oder einen kleineren Kontext.",
  '"{0}" needs {1} bytes in one buffer; this GPU allows {2}. Choose a smaller context or a smaller model.':
    "„{0}“ braucht {1} Bytes in einem Puffer; dieser Grafikprozessor erlaubt {2}. Wähle einen kleineren Kontext oder ein kleineres Modell.",
  "The model produced a value that is not a number at position {0}; generation stopped. The file may be damaged, or its weights overflow; try another level.":
    "Das Modell hat an Position {0} etwas berechnet, das keine Zahl ist; die Antwort endet hier. Die Datei kann beschädigt sein, oder ihre Gewichte laufen über; versuche eine andere Stufe.",
  "The model computed values that are not numbers at position {0}. Try another level.":
    "Das Modell hat an Position {0} etwas berechnet, das keine Zahl ist. Versuche eine andere Stufe.",
  "A model computed values that are not numbers at token {0}. Try another level.":
    "Ein Modell hat bei Token {0} etwas berechnet, das keine Zahl ist. Versuche eine andere Stufe.",
  "A row of {0} columns does not fit this GPU's bindings.":
    "Eine Zeile mit {0} Spalten ist zu groß für die Puffer dieses Grafikprozessors.",
  "This browser does not offer WebGPU.": "Dieser Browser bietet kein WebGPU.",
  "WebGPU is there, but it offers no graphics adapter.": "WebGPU ist da, bietet aber keinen Grafikadapter.",
  "That model is no longer loaded. Load it again.": "Dieses Modell ist nicht mehr geladen. Lade es noch einmal.",
  "That session was closed. Load the model again.": "Diese Sitzung ist geschlossen. Lade das Modell noch einmal.",
  "This session is generating already; stop it first.": "Hier wird schon geschrieben; halte es erst an.",
  "No model is open.": "Es ist kein Modell geöffnet.",
  "The chat is gone.": "Den Chat gibt es nicht mehr.",
  "The chat went on.": "Der Chat ging weiter.",
  "An answer came in between. Try again.": "Eine Antwort kam dazwischen. Versuche es noch einmal.",
  "The prompts have {0} and {1} tokens: too different in length to be laid over each other.":
    "Die Prompts haben {0} und {1} Tokens: zu verschieden lang, um sie übereinanderzulegen.",
  "{0} is {1}; it must be {2} from {3} to {4}.": "{0} ist {1}; möglich ist {2} von {3} bis {4}.",
  // Attention
  "Attention of this model cannot be shown: {0}.": "Die Attention dieses Modells lässt sich nicht zeigen: {0}.",
  "This text does not fit the cache of {0} tokens. Choose a larger one.":
    "Dieser Text passt nicht in den Cache von {0} Tokens. Wähle einen größeren.",
  "The text up to this token does not fit the cache of {0} tokens. Choose a larger one.":
    "Der Text bis zu diesem Token passt nicht in den Cache von {0} Tokens. Wähle einen größeren.",
  "No token was predicted at place {0} of this answer.": "An Stelle {0} dieser Antwort wurde kein Token vorhergesagt.",
  "This picture has not been shown to the model.": "Dieses Bild wurde dem Modell nicht gezeigt.",
  // Vergleich
  "The text is too short: no token is left to score.": "Der Text ist zu kurz: Es bleibt kein Token zu bewerten.",
  "{0} has no beginning-of-text token.": "{0} hat kein Token für den Anfang eines Textes.",
  "A text with pictures cannot be scored. Compare on another text.":
    "Ein Text mit Bildern lässt sich nicht bewerten. Vergleiche mit einem anderen Text.",
  "{0} cannot be compared: {1} and {2} tokens are not one vocabulary.":
    "{0} lassen sich nicht vergleichen: {1} und {2} Tokens sind nicht ein Vokabular.",
  '{0} cannot be compared: token {1} is "{2}" in one and "{3}" in the other.':
    "{0} lassen sich nicht vergleichen: Token {1} ist im einen „{2}“ und im anderen „{3}“.",
  "A window of {0} tokens, scored from {1}: this model reads at most {2}.":
    "Ein Fenster von {0} Tokens, bewertet ab {1}: Dieses Modell liest höchstens {2}.",
  "The patterns of this run are no longer held. Run the comparison again to look at its heads.":
    "Die Muster dieses Laufs sind nicht mehr da. Vergleiche noch einmal, um seine Köpfe anzusehen.",
  "No comparison left heads to look at. Run one.": "Kein Vergleich hat Köpfe hinterlassen. Vergleiche zuerst.",
  "A comparison is running already; stop it first.": "Ein Vergleich läuft schon; halte ihn erst an.",
  "Lanes are being written already; stop them first.": "Die Spuren werden schon geschrieben; halte sie erst an.",
  "Choose the adapter first.": "Wähle zuerst den Adapter.",
  "Choose the file that is to be compared.": "Wähle die Datei, die verglichen werden soll.",
  // Aufzeichnung
  "The recorded example could not be fetched.": "Das aufgezeichnete Beispiel ließ sich nicht laden.",
  "The recorded example is damaged, or of another version of this page.":
    "Das aufgezeichnete Beispiel ist beschädigt oder von einer anderen Version dieser Seite.",
  "This is a recording: what was not recorded cannot be computed. Open the page where WebGPU is available.":
    "Das ist eine Aufzeichnung: Was nicht aufgezeichnet ist, lässt sich nicht rechnen. Öffne die Seite, wo es WebGPU gibt.",
  "This is a recording, which answers nothing new. Open the page where WebGPU is available.":
    "Das ist eine Aufzeichnung, die nichts Neues antwortet. Öffne die Seite, wo es WebGPU gibt.",
  // Welche Kernel, und warum
  "Matrix x vector": "Matrix mal Vektor",
  "Matrix x matrix": "Matrix mal Matrix",
  "software adapter: barriers are slow": "Softwareadapter: Barrieren sind langsam",
  "device has subgroups": "das Gerät hat Subgroups",
  "no subgroups": "keine Subgroups",
  "no shader-f16": "kein shader-f16",
  "subgroups forced, but this device has none": "Subgroups verlangt, aber dieses Gerät hat keine",
  "f16 forced, but this device has no shader-f16": "f16 verlangt, aber dieses Gerät hat kein shader-f16",
  "fastest of {0} timed at load": "schnellster von {0} beim Laden gemessenen",
  "fastest of {0} timed at load, next {1} {2} x":
    "schnellster von {0} beim Laden gemessenen, der nächste {1} braucht das {2}-Fache",
  "timed at load: f16 tiles {0} x as fast as f32 tiles":
    "beim Laden gemessen: f16-Kacheln {0}-mal so schnell wie f32-Kacheln",
  // Text und Bilder
  "{0} came without a tokenizer, so it cannot read text. Open it together with its tokenizer.json.":
    "{0} kam ohne Tokenizer, darum kann es keinen Text lesen. Öffne es zusammen mit seiner tokenizer.json.",
  "{0} came without a tokenizer.": "{0} kam ohne Tokenizer.",
  "{0} has no chat template: it is a base model, which continues a text instead of answering.":
    "{0} hat keine Chat-Vorlage: Es ist ein Basismodell, das einen Text fortsetzt, statt zu antworten.",
  "The model's chat template cannot be read: {0}": "Die Chat-Vorlage des Modells ist nicht lesbar: {0}",
  "The model's chat template refuses this conversation: {0}":
    "Die Chat-Vorlage des Modells nimmt dieses Gespräch nicht an: {0}",
  "The conversation has {0} pictures, but the model's chat template made {1} places for them.":
    "Im Gespräch sind {0} Bilder, aber die Chat-Vorlage des Modells hat {1} Plätze für sie.",
  "{0} does not see pictures. Take them out, or open one that does.":
    "{0} sieht keine Bilder. Nimm sie heraus, oder öffne ein Modell, das sieht.",
  "{0} does not see pictures.": "{0} sieht keine Bilder.",
  "A picture of this conversation was not given to the model. Add it again.":
    "Ein Bild dieses Gesprächs hat das Modell nicht bekommen. Füge es noch einmal hinzu.",
  "A picture of this chat is no longer in the browser's storage. {0}":
    "Ein Bild dieses Chats ist nicht mehr im Speicher des Browsers. {0}",
  "Edit the message and take it out, or begin a new chat.":
    "Bearbeite die Nachricht und nimm es heraus, oder beginne einen neuen Chat.",
  "The picture has {0} x {1} pixels; this device takes {2} on a side. Make it smaller.":
    "Das Bild hat {0} x {1} Pixel; dieses Gerät nimmt {2} je Seite. Verkleinere es.",
  "It has {0} MiB; at most 20 are taken. Make it smaller.":
    "Es hat {0} MiB; höchstens 20 werden genommen. Verkleinere es.",
  "Only PNG, JPEG, WebP, GIF and AVIF pictures are taken. This is none, or its beginning is damaged.":
    "Nur Bilder als PNG, JPEG, WebP, GIF und AVIF werden genommen. Dies ist keines, oder sein Anfang ist beschädigt.",
  "{0} should be a data URL of a picture.": "{0} sollte die Daten-URL eines Bildes sein.",
  "{0} has more than 20 MiB.": "{0} hat mehr als 20 MiB.",
  "{0} is not base64.": "{0} ist kein base64.",
  "{0} should be {1}.": "{0} sollte {1} sein.",
  "There is nothing to continue: the prompt is empty.": "Es gibt nichts fortzusetzen: Der Prompt ist leer.",
  "The prompt has {0} tokens, the context holds {1}. Shorten it or choose a larger context.":
    "Der Prompt hat {0} Tokens, der Kontext fasst {1}. Kürze ihn, oder wähle einen größeren Kontext.",
  "This model came without a tokenizer, so it cannot read or write text.":
    "Dieses Modell kam ohne Tokenizer, darum kann es Text weder lesen noch schreiben.",
  "This chat has pictures, and {0} does not see. Leave them out, or open a model that does.":
    "In diesem Chat sind Bilder, und {0} sieht nicht. Lass sie weg oder öffne ein Modell, das sieht.",
  "That is not a picture this browser can open. Try PNG or JPEG.":
    "Das ist kein Bild, das dieser Browser öffnen kann. Versuche PNG oder JPEG.",
  "The chat is too long for a link ({0} characters; {1} pass everywhere). Export it as a file instead.":
    "Der Chat ist zu lang für einen Link ({0} Zeichen; {1} kommen überall durch). Exportiere ihn als Datei.",
  "The chat in this link is damaged; ask for the link again.":
    "Der Chat in diesem Link ist beschädigt; bitte noch einmal um den Link.",
  "The weights of {0} are quantized here already and stay as they are ({1}), so they cannot be computed at {2}. Open the full-precision files to compare levels.":
    "Die Gewichte von {0} sind hier schon quantisiert und bleiben, wie sie sind ({1}), darum lassen sie sich nicht mit {2} rechnen. Öffne die Dateien in voller Genauigkeit, um Stufen zu vergleichen.",
  // Netz
  "{0} could not be fetched ({1}). Check the address and the connection; the server must also allow other sites to read it (CORS).":
    "{0} ließ sich nicht laden ({1}). Prüfe Adresse und Verbindung; der Server muss auch anderen Seiten erlauben, es zu lesen (CORS).",
  "{0} ended after {1} of {2} bytes. Load it again.": "{0} endete nach {1} von {2} Bytes. Lade es noch einmal.",
  '{0} has no model "{1}" (HTTP 404). Check the spelling of owner and name, and the hub address.':
    "{0} hat kein Modell „{1}“ (HTTP 404). Prüfe, wie Eigner und Name geschrieben sind, und die Adresse des Hubs.",
  '{0} has no revision "{1}" of "{2}" (HTTP 404). Check the spelling of all three.':
    "{0} hat keine Revision „{1}“ von „{2}“ (HTTP 404). Prüfe, wie alle drei geschrieben sind.",
  '{0} has no file "{1}", and no GGUF file at all. Type {2} alone to load what it has.':
    "{0} hat keine Datei „{1}“, und überhaupt keine GGUF-Datei. Gib {2} allein ein, um zu laden, was es hat.",
  '{0} has no file "{1}". Its models are: {2}.': "{0} hat keine Datei „{1}“. Seine Modelle sind: {2}.",
  "{0} answered HTTP {1}. {2}": "{0} antwortet mit HTTP {1}. {2}",
  "There is no such file. Check the address.": "Diese Datei gibt es dort nicht. Prüfe die Adresse.",
  "It is not public, or there is no such model. If it is yours or you were given access, enter an access token.":
    "Es ist nicht öffentlich, oder es gibt kein solches Modell. Wenn es deins ist oder du Zugang hast, gib den Zugangsschlüssel ein.",
  "Its makers ask for consent first: agree on the model's page, then enter an access token.":
    "Wer es gemacht hat, verlangt erst eine Zustimmung: Stimme auf der Seite des Modells zu, und gib dann den Zugangsschlüssel ein.",
  "It is not public: the access token, if any, does not allow it. Ask its makers for access.":
    "Es ist nicht öffentlich, und der Zugangsschlüssel, falls es einen gibt, erlaubt es nicht. Bitte um Zugang, wer es gemacht hat.",
  "The file is shorter than expected: it changed. Load it again.":
    "Die Datei ist kürzer als erwartet: Sie hat sich geändert. Lade sie noch einmal.",
  "The server asks for a pause. Try again in a while.":
    "Der Server bittet um eine Pause. Versuche es später noch einmal.",
  "Try later.": "Versuche es später.",
  "{0} sent nothing for {1} seconds. {2}": "{0} hat {1} Sekunden lang nichts geschickt. {2}",
  "{0} ended after byte {1} of {2}. Load it again to go on from there.":
    "{0} endete nach Byte {1} von {2}. Lade es noch einmal, um dort weiterzumachen.",
  "{0} changed while it was read (HTTP {1}, {2} bytes instead of {3}). Load it again.":
    "{0} hat sich beim Lesen geändert (HTTP {1}, {2} Bytes statt {3}). Lade es noch einmal.",
  "{0} ended after {1} of {2} bytes.": "{0} endete nach {1} von {2} Bytes.",
  "{0} changed while it was read (HTTP {1}). Load it again.":
    "{0} hat sich beim Lesen geändert (HTTP {1}). Lade es noch einmal.",
  "{0} arrived damaged: its SHA-256 is {1}, published is {2}. What came was discarded; load it again.":
    "{0} kam beschädigt an: Der SHA-256 ist {1}, veröffentlicht ist {2}. Was kam, ist verworfen; lade es noch einmal.",
  "{0} has {1} GGUF models; choose one: {2}.": "{0} hat {1} GGUF-Modelle; wähle eins: {2}.",
  '"{0}" is no hub address; use one like https://huggingface.co.':
    "„{0}“ ist keine Adresse eines Hubs; schreibe sie wie https://huggingface.co.",
  "Downloading {0} was cancelled.": "Das Herunterladen von {0} wurde abgebrochen.",
  "Loading was cancelled.": "Das Laden wurde abgebrochen.",
  "Loading {0} was cancelled.": "Das Laden von {0} wurde abgebrochen.",
  "Reading {0} was cancelled.": "Das Lesen von {0} wurde abgebrochen.",
  "Waiting for the model was cancelled.": "Das Warten auf das Modell wurde abgebrochen.",
  // Behaltenes
  "A part of the kept copy of {0} is missing or damaged (record {1} of {2}), and its source cannot be reached. {3}.":
    "Von der behaltenen Kopie von {0} fehlt ein Teil oder ist beschädigt (Stück {1} von {2}), und die Quelle ist nicht erreichbar. {3}.",
  "Open its files again, and keep them once more": "Öffne die Dateien wieder, und behalte sie noch einmal",
  "Go online and load it again, or delete it": "Lade es mit einer Verbindung noch einmal, oder lösche es",
  "{0} is no longer what was kept of it. Delete {1} and load it again.":
    "{0} ist nicht mehr das, was behalten wurde. Lösche {1}, und lade es noch einmal.",
  "The kept copy of {0} is damaged. Delete it, and load it again.":
    "Die behaltene Kopie von {0} ist beschädigt. Lösche sie, und lade das Modell noch einmal.",
  "Models are kept on https and on localhost only: open the page that way.":
    "Modelle werden nur auf https und auf localhost behalten: Öffne die Seite so.",
  "That model is not kept here any more. Load it again.":
    "Dieses Modell wird hier nicht mehr behalten. Lade es noch einmal.",
  "The browser's storage cannot be used: {0}.": "Der Speicher des Browsers ist nicht zu gebrauchen: {0}.",
  "it does not answer; close other tabs of this page": "er antwortet nicht; schließe andere Tabs dieser Seite",
  "This model did not come from files.": "Dieses Modell kam nicht aus Dateien.",
  "Only models on a server are looked at before they are loaded.":
    "Nur Modelle auf einem Server werden vor dem Laden angesehen.",
  "Another tab of this page took it over. Load it again to have it back here.":
    "Ein anderer Tab dieser Seite hat es übernommen. Lade es noch einmal, um es hier zurückzuhaben.",
  '"{0}" is neither a Hugging Face id (owner/name) nor a link to a GGUF file or a model folder.':
    "„{0}“ ist weder eine Kennung bei Hugging Face (Besitzer/Name) noch ein Link auf eine GGUF-Datei oder einen Modellordner.",
  '"{0}" is not a level. Use one of {1}, or a level with rules, as in q4_0+layer0=q8_0.':
    "„{0}“ ist keine Stufe. Möglich sind {1} oder eine Stufe mit Regeln, etwa q4_0+layer0=q8_0.",
  "{0} does not answer as a Hugging Face hub does. Check the hub address.":
    "{0} antwortet nicht wie ein Hub von Hugging Face. Prüfe die Adresse des Hubs.",
};
