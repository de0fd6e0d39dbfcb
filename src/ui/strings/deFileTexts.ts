/** Was an Dateien nicht stimmt oder nicht gerechnet werden kann, Wort für Wort; {0}, {1} … wie in deRuntimeTexts. */
export const deFileTexts: Readonly<Record<string, string>> = {
  // GGUF
  "{0} is truncated or damaged: its header does not end within its {1} bytes, or not within the {2} that are read of it.":
    "{0} ist abgeschnitten oder beschädigt: Der Kopf endet nicht innerhalb der {1} Bytes der Datei oder nicht innerhalb der {2}, die davon gelesen werden.",
  "{0} claims {1} tensors and {2} metadata entries, which need at least {3} bytes; the file has {4}, and more than {5} tensors are never real. It is truncated or damaged.":
    "{0} soll {1} Tensoren und {2} Metadaten haben, die mindestens {3} Bytes brauchen; die Datei hat {4}, und mehr als {5} Tensoren gibt es nie. Sie ist abgeschnitten oder beschädigt.",
  '{0} is damaged: metadata entry {1} ("{2}") {3}.': "{0} ist beschädigt: Eintrag {1} der Metadaten („{2}“) {3}.",
  "has no name": "hat keinen Namen",
  "is there twice": "ist zweimal da",
  "is an array of arrays": "ist eine Liste von Listen",
  "has the unknown type {0}": "hat den unbekannten Typ {0}",
  "claims {0} values from byte {1} on; the file has {2} bytes":
    "soll ab Byte {1} {0} Werte haben; die Datei hat {2} Bytes",
  "{0} has general.alignment {1}; a power of two up to 1048576 is expected.":
    "{0} hat general.alignment {1}; erwartet wird eine Zweierpotenz bis 1048576.",
  '{0}: tensor "{1}" begins inside tensor "{2}".': "{0}: Der Tensor „{1}“ beginnt im Tensor „{2}“.",
  '{0}: tensor "{1}" {2}.': "{0}: Der Tensor „{1}“ {2}.",
  "is described twice": "ist zweimal beschrieben",
  "has no name: the header is damaged or truncated": "hat keinen Namen: Der Kopf ist beschädigt oder abgeschnitten",
  "has {0} dimensions, more than 4": "hat {0} Dimensionen, mehr als 4",
  "has the impossible shape {0}": "hat die unmögliche Form {0}",
  "has the impossible offsets {0}": "hat die unmögliche Lage {0}",
  "has the unknown type number {0}": "hat die unbekannte Typnummer {0}",
  "has no description": "ist nicht beschrieben",
  "has rows of {0} values, not a multiple of the {1} that a block of {2} holds":
    "hat Zeilen von {0} Werten, kein Vielfaches der {1}, die ein Block von {2} fasst",
  "starts at offset {0}, not a multiple of the alignment {1}": "beginnt bei {0}, keinem Vielfachen der Ausrichtung {1}",
  "needs bytes {0} to {1}, but the file ends at {2}: it is truncated or damaged":
    "braucht die Bytes {0} bis {1}, aber die Datei endet bei {2}: Sie ist abgeschnitten oder beschädigt",
  "needs bytes up to {0}, but the file ends at {1}: it is truncated; get it again":
    "braucht Bytes bis {0}, aber die Datei endet bei {1}: Sie ist abgeschnitten; lade sie noch einmal herunter",
  'starts at byte {0}, inside tensor "{1}"': "beginnt bei Byte {0}, im Tensor „{1}“",
  "is described as {0} bytes ([{1}] of {2}) but given {3}":
    "ist mit {0} Bytes beschrieben ([{1}] von {2}), hat aber {3}",
  // Mehrere Dateien
  'Tensor "{0}" is in both {1} and {2}.': "Der Tensor „{0}“ steht in {1} und in {2}.",
  'Tensor "{0}" is in two parts of {1}.': "Der Tensor „{0}“ steht in zwei Teilen von {1}.",
  '{0} says that {1} holds tensor "{2}", but it does not.':
    "{0} sagt, dass in {1} der Tensor „{2}“ steht, aber da ist er nicht.",
  '{0} says that {1} holds tensor "{2}", but {3} does.':
    "{0} sagt, dass in {1} der Tensor „{2}“ steht, er steht aber in {3}.",
  "{0} has no usable weight_map from tensor names to file names.":
    "{0} hat keine brauchbare weight_map von Tensornamen zu Dateinamen.",
  "{0} are {1} GGUF files; choose one, or a language model with its image tower (mmproj).":
    "{0} sind {1} GGUF-Dateien; wähle eine, oder ein Sprachmodell mit seinem Bildturm (mmproj).",
  "{0} is missing: {1} names it as a part of the weights.": "{0} fehlt: {1} nennt es als Teil der Gewichte.",
  "{0} is missing in {1}. Choose one GGUF file, or config.json, tokenizer.json and the *.safetensors files of one model.":
    "{0} fehlt in {1}. Wähle eine GGUF-Datei, oder config.json, tokenizer.json und die *.safetensors-Dateien eines Modells.",
  "{0} has {1} bytes; a file of this kind has at most {2}.":
    "{0} hat {1} Bytes; eine Datei dieser Art hat höchstens {2}.",
  "{0} is damaged: its JSON is not an object.": "{0} ist beschädigt: Das JSON ist kein Objekt.",
  // Konfiguration
  "{0} in {1} is not supported{2}.": "{0} in {1} wird nicht unterstützt{2}.",
  "; supported: {0}": "; unterstützt: {0}",
  ": the tower has {0} layers": ": Der Turm hat {0} Schichten",
  ": {0} has no class row to drop": ": {0} hat keine Klassenzeile, die wegfallen könnte",
  "preprocessor_config.json asks for {0}, which is not supported.":
    "preprocessor_config.json verlangt {0}, was nicht unterstützt wird.",
  "This model is not supported: {0}.": "Dieses Modell wird nicht unterstützt: {0}.",
  "{0} is missing in {1}.": "{0} fehlt in {1}.",
  "{0} is {1}; {2} was expected in {3}.": "{0} in {3} ist {1}; erwartet wurde {2}.",
  "{0} in {1} is not supported.": "{0} in {1} wird nicht unterstützt.",
  "a number": "eine Zahl",
  "a whole number": "eine ganze Zahl",
  "a number above 0": "eine Zahl über 0",
  "a whole number from 1 to {0}": "eine ganze Zahl von 1 bis {0}",
  text: "Text",
  "true or false": "true oder false",
  "a list": "eine Liste",
  "an object": "ein Objekt",
  "one of {0}": "eines von {0}",
  "an id of letters, digits and dashes": "eine Kennung aus Buchstaben, Ziffern und Strichen",
  "LLaVA in GGUF is two files, which is not supported yet.":
    "LLaVA in GGUF sind zwei Dateien, was noch nicht unterstützt wird.",
  // Tensoren
  "{0} has no tensors for its q and k norms.": "{0} hat keine Tensoren für die Normen von q und k.",
  'Tensor "{0}" has shape [{1}]; the configuration asks for {2} rows of {3}.':
    "Der Tensor „{0}“ hat die Form [{1}]; die Konfiguration verlangt {2} Zeilen zu {3}.",
  'Tensor "{0}" has shape [{1}]; a matrix was expected.':
    "Der Tensor „{0}“ hat die Form [{1}]; erwartet wurde eine Matrix.",
  'Tensor "{0}" has shape [{1}]; {2} values were expected.':
    "Der Tensor „{0}“ hat die Form [{1}]; erwartet wurden {2} Werte.",
  'Tensor "{0}" has {1} rows; rows {2} to {3} were expected.':
    "Der Tensor „{0}“ hat {1} Zeilen; erwartet wurden die Zeilen {2} bis {3}.",
  'Tensor "{0}" has {1} columns, not a multiple of {2}\'s block of {3}.':
    "Der Tensor „{0}“ hat {1} Spalten, kein Vielfaches der {3}, die ein Block von {2} fasst.",
  'Tensor "{0}" has type {1}, which is not supported; supported are {2}.':
    "Der Tensor „{0}“ hat den Typ {1}, der nicht unterstützt wird; unterstützt werden {2}.",
  'Tensor "{0}" is a vector of type {1}; vectors must be F32, F16 or BF16.':
    "Der Tensor „{0}“ ist ein Vektor vom Typ {1}; Vektoren müssen F32, F16 oder BF16 sein.",
  'Tensor "{0}" is transposed and quantized.': "Der Tensor „{0}“ ist transponiert und quantisiert.",
  'Tensor "{0}" holds {1}, beyond the largest 16-bit float (65504). Load it as stored, as f32 or as q8_0.':
    "Der Tensor „{0}“ enthält {1}, mehr als die größte 16-Bit-Gleitkommazahl (65504). Lade ihn wie gespeichert, als f32 oder als q8_0.",
  // Speichern als GGUF
  'Tensor "{0}" cannot be written as GGUF names it.':
    "Der Tensor „{0}“ lässt sich nicht so schreiben, wie GGUF ihn nennt.",
  "Saving as GGUF is not supported for {0}": "Als GGUF speichern geht nicht für {0}",
  "a model without layers.": "ein Modell ohne Schichten.",
  "layers with sliding windows or without rotary positions.":
    "Schichten mit gleitendem Fenster oder ohne rotierende Positionen.",
  'rotary positions scaled by "{0}".': "rotierende Positionen, nach „{0}“ gestreckt.",
  '"{0}" models in Hugging Face layout; {1} can be.': "„{0}“-Modelle im Hugging-Face-Aufbau; {1} gehen.",
  "this kind of tokenizer: only byte-level BPE can be written.":
    "diese Art von Tokenizer: Nur BPE auf Bytes lässt sich schreiben.",
  'a "{0}" normalizer.': "einen Normalisierer „{0}“.",
  "a tokenizer that cuts words by a rule without a name in GGUF.":
    "einen Tokenizer, der Wörter nach einer Regel ohne Namen in GGUF trennt.",
  'a "{0}" pre-tokenizer.': "einen Vor-Tokenizer „{0}“.",
};
