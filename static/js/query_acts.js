/* What the keys do in queries, in the list as at the query: what is sent, and what a text is asked for. */

import { post } from "./posting.js";
import { keyOf as ownKeyOf } from "./single_keys.js";
import { gettext } from "./words.js";

export const ACTS = {
  c: { prompt: () => gettext("The site has not answered. Why is the query closed all the same?") },
  a: { prompt: () => gettext("What do you ask again?"), asksText: true },
  p: { prompt: () => gettext("What is the other to look at?"), asksText: true },
  reply: { prompt: () => gettext("What do you write to the site?"), asksText: true },
  r: { prompt: () => gettext("Why is the query reopened?"), asksText: true },
};

/* What a key does here: what a site opened is answered, not asked again; of its note C says that it was read. */
export const actOf = (key, holder) => (key === "a" && holder.dataset.ofSite ? "reply" : key);

export const needsText = (key, holder) => ACTS[actOf(key, holder)].asksText || (key === "c" && "unanswered" in holder.dataset);

/* Sends one act; the numbers of what waits for the person follow, in the head and above the list. */
export async function send(url, data, holder) {
  const answer = await post(url, data);
  if (answer.outcome === "done" && "isMine" in holder.dataset) countDown();
  return answer;
}

function countDown() {
  for (const count of document.querySelectorAll("[data-my-turn] .count, [data-turn-mine] .count")) {
    const left = parseInt(count.textContent, 10) - 1;
    if (left > 0) count.firstChild.data = left;
    else count.remove();
  }
}

export function say(words, isBad = false) {
  const said = document.getElementById("query-said");
  said.textContent = words;
  said.classList.toggle("is-bad", isBad);
}

/* Which key was pressed, if it is one of these and not meant for a field. */
export function keyOf(event, keys) {
  if (event.repeat || event.target.closest("input:not([type=checkbox]), textarea, select")) return "";
  return ownKeyOf(event, keys);
}

const bar = document.querySelector("[data-query-keys]");
if (bar) bar.hidden = false;
