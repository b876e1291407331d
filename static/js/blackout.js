/* Blacks out what names a patient before anything is sent. The file itself never leaves the browser: what is sent are
   pictures of its pages in which the boxes are black dots like all others. */

import { Boxes } from "./blackout_boxes.js";
import { NotTaken } from "./blackout_kinds.js";
import { openFile } from "./blackout_pages.js";
import { gettext, ngettext, pgettext } from "./words.js";

const form = document.querySelector("[data-blackout]");
const one = (name) => form.querySelector(`[data-${name}]`);
const data = form.dataset;
const limits = {
  mostPages: Number(data.mostPages),
  mostPixels: Number(data.mostPixels),
  mostBytes: Number(data.mostBytes),
  pdf: new URL(data.pdf, document.baseURI).href,
  pdfWorker: new URL(data.pdfWorker, document.baseURI).href,
  pdfFolder: new URL(data.pdfFolder, document.baseURI).href,
  inflate: data.inflate,
  tiff: data.tiff,
};
const QUALITY = 0.9;
const loggedOut = () =>
  gettext("You are logged out. Log in again in another tab, then press Save again: the boxes are kept here.");

const unconfirmed = () =>
  gettext("Look at every page, then confirm that no name, date of birth or record number can be read.");
const noTitle = () => gettext("Say what it is.");
const noReason = () => gettext("Say why there is another version.");

let opened = null;
let chosen = null;
let turns = [];
let seen = new Set();
let here = 0;
let zoom = 1;
let isSaved = false;
const boxes = new Boxes(one("boxes"), refresh, say);

document.documentElement.classList.add("has-script");

function say(words) {
  one("said").textContent = words;
}

function trouble(words, field) {
  const note = one("trouble");
  note.hidden = !words;
  note.textContent = words;
  if (words) (form.elements[field]?.focus ? form.elements[field] : note).focus();
}

async function open(file) {
  trouble("");
  form.querySelectorAll("[data-step]").forEach((step) => (step.hidden = true));
  opened?.close();
  opened = null;
  if (!file) return;
  try {
    opened = await openFile(file, limits);
  } catch (error) {
    trouble(error instanceof NotTaken ? error.message : gettext("The file cannot be read in this browser."));
    return;
  }
  [chosen, turns, seen, here, zoom] = [file, opened.pages.map(() => 0), new Set(), 0, 1];
  boxes.begin(opened.pages.length);
  form.querySelectorAll("[data-step]").forEach((step) => (step.hidden = false));
  const count = opened.pages.length;
  one("all-pages").textContent = count === 1 ? pgettext("looked at", "the page")
    : pgettext("looked at", "each of the {count} pages", { count });
  one("confirmed").checked = false;
  await show(0);
}

/* The page in dots as it is sent, turned. */
function sizeOf(number) {
  const { width, height } = opened.pages[number];
  return turns[number] % 2 ? { width: height, height: width } : { width, height };
}

async function drawn(number, canvas) {
  const page = opened.pages[number];
  const flat = Object.assign(document.createElement("canvas"), { width: page.width, height: page.height });
  const upright = flat.getContext("2d", { alpha: false });
  upright.fillStyle = "#fff";
  upright.fillRect(0, 0, page.width, page.height);
  await page.draw(upright);
  Object.assign(canvas, sizeOf(number));
  const context = canvas.getContext("2d", { alpha: false });
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turns[number] * Math.PI) / 2);
  context.drawImage(flat, -page.width / 2, -page.height / 2);
  context.setTransform(1, 0, 0, 1, 0, 0);
  flat.width = 0;
  return context;
}

async function show(number) {
  here = number;
  await drawn(number, one("canvas"));
  seen.add(number);
  fit();
  say(gettext("Page {number} of {count}", { number: number + 1, count: opened.pages.length }));
}

/* At 100 % the page is as wide as its place, and never larger than it is. */
function fit() {
  if (!opened) return;
  const size = sizeOf(here);
  const room = form.querySelector(".blackout-scroll").clientWidth;
  const scale = Math.min(1, room / size.width) * zoom;
  one("canvas").style.width = one("page").style.width = `${size.width * scale}px`;
  one("page").style.height = `${size.height * scale}px`;
  boxes.show(here, size, scale);
  refresh();
}

function refresh() {
  if (!opened) return;
  const button = (name) => form.querySelector(`[data-do="${name}"]`);
  const { length } = opened.pages;
  one("page-of").textContent = pgettext("which page", "{number} of {count}", { number: here + 1, count: length });
  one("zoom").textContent = `${Math.round(zoom * 100)} %`;
  button("undo").disabled = !boxes.before.length;
  button("remove").disabled = boxes.selected === undefined;
  button("before").disabled = here === 0;
  button("next").disabled = here === length - 1;
  const left = length - seen.size;
  const unseen = ngettext("{number} page not looked at yet.", "{number} pages not looked at yet.", left);
  const places = ngettext("{number} place blacked out.", "{number} places blacked out.", boxes.count);
  one("count").textContent = left ? `${places} ${unseen}` : places;
}

const ACTS = {
  box: () => boxes.add(),
  remove: () => boxes.remove(),
  undo: async () => {
    const number = boxes.undo();
    if (number !== undefined && number !== here) await show(number);
  },
  in: () => zoomTo(Math.min(4, zoom * 1.25)),
  out: () => zoomTo(Math.max(0.5, zoom / 1.25)),
  before: () => here > 0 && show(here - 1),
  next: () => here < opened.pages.length - 1 && show(here + 1),
  turn: async () => {
    boxes.turned(here, sizeOf(here).height);
    turns[here] = (turns[here] + 1) % 4;
    await show(here);
  },
  draw: (button) => {
    boxes.isDrawing = !boxes.isDrawing;
    button.setAttribute("aria-pressed", String(boxes.isDrawing));
    one("page").classList.toggle("is-moved", !boxes.isDrawing);
  },
};

function zoomTo(value) {
  zoom = value;
  fit();
}

async function act(name, button) {
  if (opened) await ACTS[name](button);
}

async function blackened(number) {
  const canvas = document.createElement("canvas");
  const context = await drawn(number, canvas);
  context.fillStyle = "#000";
  for (const { x, y, w, h } of boxes.all[number]) context.fillRect(x, y, w, h);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  canvas.width = 0;
  return blob;
}

async function hashOf(file) {
  if (!crypto.subtle) return "";
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function save() {
  const unseen = opened.pages.findIndex((_page, number) => !seen.has(number));
  if (unseen >= 0) {
    await show(unseen);
    return trouble(
      gettext("Page {number} was not looked at yet: here it is. Look at each, then save.", { number: unseen + 1 }),
    );
  }
  for (const [name, words] of [["title", noTitle], ["reason", noReason]]) {
    if (form.elements[name] && !form.elements[name].value.trim()) return trouble(words(), name);
  }
  if (!one("confirmed").checked) return trouble(unconfirmed(), "confirmed");
  const [button, sending] = [one("save"), one("sending")];
  trouble("");
  button.disabled = true;
  const pages = [];
  for (let number = 0; number < opened.pages.length; number += 1) {
    sending.textContent = gettext("Page {number} of {count} …", { number: number + 1, count: opened.pages.length });
    pages.push(await blackened(number));
  }
  const sent = new FormData(form);
  sent.set("pages", new Blob(pages), "pages");
  sent.set("sizes", pages.map((page) => page.size).join(","));
  sent.set("original", await hashOf(chosen));
  sent.set("boxes", String(boxes.count));
  sending.textContent = gettext("Sending …");
  const answer = await fetch(location.href, { method: "POST", body: sent, headers: { "HX-Request": "true" } })
    .catch(() => null);
  button.disabled = false;
  sending.textContent = "";
  return after(answer);
}

async function after(answer) {
  if (answer?.status === 201) {
    isSaved = true;
    return location.assign(await answer.text());
  }
  if (!answer) return trouble(gettext("The server cannot be reached. The boxes are kept here: press Save again."));
  if (answer.status === 401 || answer.redirected) return trouble(loggedOut());
  const isWords = answer.headers.get("Content-Type")?.startsWith("text/plain");
  const words = isWords ? await answer.text()
    : gettext("Not saved. Load the page again in another tab, and look why.");
  return trouble(words, answer.headers.get("X-Field"));
}

form.querySelector("#chosen").addEventListener("change", ({ target }) => open(target.files[0]));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (opened) save();
});
form.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-do]");
  if (button) act(button.dataset.do, button);
});
one("page").addEventListener("keydown", (event) => {
  const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
  const plain = { b: "box", "+": "in", "-": "out", PageUp: "before", PageDown: "next" }[event.key];
  const name = isUndo ? "undo" : !event.ctrlKey && !event.metaKey && !event.altKey && plain;
  if (!name) return;
  event.preventDefault();
  act(name);
});
window.addEventListener("resize", fit);
window.addEventListener("beforeunload", (event) => {
  if (opened && !isSaved && boxes.count) event.preventDefault();
});
