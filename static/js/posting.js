/* Sends what a key of Review does, and reads the answer: its outcome, its words and its parts. */

import { csrfToken } from "./csrf.js";

export const NO_ANSWER = "Not sent: the server does not answer. Press the key again when the connection is back.";
const TROUBLE = {
  401: "Not sent: you are logged out. Log in in another tab, then press the key again.",
  403: "Not sent: your role does not let you do this, or the page is too old. Load it again.",
  404: "Not sent: the item is not there any more. Load the page again.",
  413: "Not sent: the text is too long. Shorten it.",
};

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
    return { words: NO_ANSWER, get: () => null };
  }
  const isText = response.headers.get("Content-Type")?.startsWith("text/plain");
  if ([403, 404].includes(response.status) && isText) return { words: `Not sent. ${await response.text()}`, get: () => null };
  const holder = document.createElement("template");
  if ([200, 403, 409, 422].includes(response.status)) holder.innerHTML = await response.text();
  const answer = holder.content.firstElementChild;
  if (!answer?.dataset.outcome) return { words: TROUBLE[response.status] || `Not sent: the server failed (${response.status}).`, get: () => null };
  const get = (name) => answer.querySelector(`[data-part=${name}]`);
  return { ...answer.dataset, get, words: get("words")?.textContent.trim() || "" };
}
