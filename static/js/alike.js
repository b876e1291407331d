/* What is the same for who searches, as the server's ecrf/access/alike.py says it: letters of either case, full-width and
   half-width signs, hiragana and katakana. */

const KATAKANA = /[\u30a1-\u30f6\u30fd\u30fe]/g;

export function alike(text) {
  return text.normalize("NFKC").toLowerCase().replace(KATAKANA, (kana) => String.fromCharCode(kana.charCodeAt() - 0x60));
}
