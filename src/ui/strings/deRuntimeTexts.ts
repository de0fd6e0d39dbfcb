/**
 * Meldungen der Runtime, Wort für Wort. {0}, {1} … stehen für das, was die Meldung nennt: Namen, Größen, Anzahlen. Was
 * hier fehlt, wird nach seiner Art gesagt (deErrors), mit der englischen Meldung darunter.
 */
export const deRuntimeTexts: Readonly<Record<string, string>> = {
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
  // Rezepte
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
  "The GPU device was lost ({0}). Reload the model to go on; the conversation is kept.":
    "Der Grafikprozessor ist verloren gegangen ({0}). Lade das Modell neu, um weiterzumachen; das Gespräch bleibt.",
  "The GPU is out of memory: {0}. Choose a smaller model, level or context.":
    "Dem Grafikprozessor fehlt Speicher ({0}). Wähle ein kleineres Modell, eine gröbere Stufe oder einen kleineren Kontext.",
  '"{0}" needs {1} bytes in one buffer; this GPU allows {2}. Choose a smaller context or a smaller model.':
    "„{0}“ braucht {1} Bytes in einem Puffer; dieser Grafikprozessor erlaubt {2}. Wähle einen kleineren Kontext oder ein kleineres Modell.",
  "The model produced a value that is not a number at position {0}; generation stopped. The file may be damaged, or its weights overflow; try another level.":
    "Das Modell hat an Position {0} etwas berechnet, das keine Zahl ist; die Antwort endet hier. Die Datei kann beschädigt sein, oder ihre Gewichte laufen über; versuche eine andere Stufe.",
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
  "{0} answered HTTP {1}. There is no such file. Check the address.":
    "{0} antwortet mit HTTP {1}. Diese Datei gibt es dort nicht. Prüfe die Adresse.",
  "{0} answered HTTP {1}. It is not public, or there is no such model. If it is yours or you were given access, enter an access token.":
    "{0} antwortet mit HTTP {1}. Es ist nicht öffentlich, oder es gibt kein solches Modell. Wenn es deins ist oder du Zugang hast, gib ein Zugangstoken ein.",
  '"{0}" is neither a Hugging Face id (owner/name) nor a link to a GGUF file or a model folder.':
    "„{0}“ ist weder eine Kennung bei Hugging Face (Besitzer/Name) noch ein Link auf eine GGUF-Datei oder einen Modellordner.",
  '"{0}" is not a level. Use one of {1}.': "„{0}“ ist keine Stufe. Möglich sind {1}.",
  "{0} does not answer as a Hugging Face hub does. Check the hub address.":
    "{0} antwortet nicht wie ein Hub von Hugging Face. Prüfe die Adresse des Hubs.",
};
