/* Sends what a key of Review does, and reads the answer: its outcome, its words and its parts. */

import { csrfToken } from "./csrf.js";
import { gettext } from "./words.js";

export const noAnswer = () =>
  gettext("Not sent: the server does not answer. Press the key again when the connection is back.");

function trouble(status) {
  const known = {
    401: gettext("Not sent: you are logged out. Log in in another tab, then press the key again."),
    403: gettext("Not sent: your role does not let you do this, or the page is too old. Load it again."),
    404: gettext("Not sent: the item is not there any more. Load the page again."),
    413: gettext("Not sent: the text is too long. Shorten it."),
  };
  return known[status] || gettext("Not sent: the server failed ({status}).", { status });
}

export async function post(url, data = {}) {
  const headers = {
    "HX-Request": "true",
    "X-CSRFToken": csrfToken(),
    "X-Page-User": document.body.dataset.userId,
  };
  let response = null;
  try {
    response = await fetch(url, { method: "POST", body: new URLSearchParams(data), headers, redirect: "error" });
  } catch {
    return { words: noAnswer(), get: () => null };
  }
  const isText = response.headers.get("Content-Type")?.startsWith("text/plain");
  if ([403, 404, 423].includes(response.status) && isText) {
    return { words: gettext("Not sent. {why}", { why: await response.text() }), get: () => null };
  }
  const holder = document.createElement("template");
  if ([200, 403, 409, 422].includes(response.status)) holder.innerHTML = await response.text();
  const answer = holder.content.firstElementChild;
  if (!answer?.dataset.outcome) return { words: trouble(response.status), get: () => null };
  const get = (name) => answer.querySelector(`[data-part=${name}]`);
  return { ...answer.dataset, get, words: get("words")?.textContent.trim() || "" };
}
