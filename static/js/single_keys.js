/* Keys of one letter or sign act at once, together with Alt, or not at all, as their person has chosen in the account.
   Arrows, Enter and the like always act. */

const how = document.body.dataset.singleKeys || "";

export const areOff = how === "off";

/* Which of these keys was pressed, "" if none: capital or small, and also while an input method is on. */
export function keyOf(event, keys) {
  if (event.ctrlKey || event.metaKey) return "";
  const { key, code, altKey } = event;
  if (key.length > 1 && key !== "Process" && key !== "Dead") return !altKey && key in keys ? key : "";
  if (areOff || altKey !== (how === "alt")) return "";
  const name = altKey || key === "Process" ? byPlace(event) : key;
  const letter = /^[A-Z]$/.test(name) ? name.toLowerCase() : name;
  return letter in keys ? letter : "";
}

/* With Alt some keyboards make another sign of a letter. */
function byPlace({ key, code, shiftKey }) {
  if (/^Key[A-Z]$/.test(code)) return code.at(-1);
  return code === "Slash" && shiftKey ? "?" : key;
}

/* What the page says of its keys is so. */
for (const sign of document.querySelectorAll(":is([data-keys], [data-key-list], [data-query-keys]) kbd")) {
  const words = sign.textContent;
  if (!how || !/^(Shift )?[A-Z?]$/.test(words)) continue;
  if (!areOff) sign.textContent = `Alt ${words}`;
  else if (sign.closest("button")) sign.remove();
}
