/* Two letters typed where answers are chosen say why there is none, as they do when typed into a field. */

import { ownId, write } from "./fields.js";
import { send } from "./saving.js";

export const REASONS = { nd: "not-done", na: "not-applicable", uk: "unknown", rf: "refused" };
const WITHIN_MS = 1000;
let last = { id: "", letter: "", at: 0 };

document.addEventListener("keydown", (event) => {
  const { target, key, timeStamp: at } = event;
  const id = target.matches("#page-form [role=radiogroup] input[type=radio]") && ownId(target);
  if (!id || event.ctrlKey || event.altKey || event.metaKey || !/^[a-z]$/i.test(key)) return;
  const isSecond = last.id === id && at - last.at <= WITHIN_MS;
  const missing = isSecond && REASONS[(last.letter + key).toLowerCase()];
  last = { id: missing ? "" : id, letter: key, at };
  if (!missing) return;
  write(id, "");
  send(id, { value: "", missing });
});
