/* What scripts say, in the reader's language: the words that static/words/<language>.js has brought, or else the English
   that stands in the script. Mark whole sentences, between " and ", with {name} where a value stands:
   gettext("Page {number} of {count}", { number, count }). */

const BETWEEN = "\u0004";

function filled(text, values) {
  return values ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole)) : text;
}

function found(key, english) {
  const words = globalThis.ecrfWords?.[key];
  return (Array.isArray(words) ? words[0] : words) || english;
}

export function gettext(text, values) {
  return filled(found(text, text), values);
}

export function pgettext(context, text, values) {
  return filled(found(context + BETWEEN + text, text), values);
}

/* Japanese and Chinese have one form for any number. */
export function ngettext(one, several, number, values) {
  return filled(found(one, number === 1 ? one : several), { number, ...values });
}
