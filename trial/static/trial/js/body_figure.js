/** Shows the MRC grades typed in a form on the body figure that stands in the same [data-body-figure] element. */

import { gettext, pgettext } from "../../js/words.js";

const GRADE = /^[0-5]$/;
const ROOT = "[data-body-figure]";
const FIELD = "[data-grid] [data-item] > input[data-row]";

/** The item, which is named as the muscle in the figure: the last part of its id. */
const muscleOf = (field) => field.closest("[data-item]").id.split("-").at(-1);

function readGrades(root) {
  const grades = new Map();
  for (const field of root.querySelectorAll(FIELD)) {
    const value = field.value.trim();
    if (GRADE.test(value)) grades.set(muscleOf(field), value);
  }
  return grades;
}

const groups = () => ({
  shoulder_abduction: gettext("shoulder abduction"),
  elbow_flexion: gettext("elbow flexion"),
  elbow_extension: gettext("elbow extension"),
  wrist_extension: gettext("wrist extension"),
  finger_abduction: gettext("finger abduction"),
  hip_flexion: gettext("hip flexion"),
  knee_extension: gettext("knee extension"),
  knee_flexion: gettext("knee flexion"),
  ankle_dorsiflexion: gettext("ankle dorsiflexion"),
  ankle_plantar_flexion: gettext("ankle plantar flexion"),
});

/** right_hip_flexion as people call it. */
function nameOf(muscle) {
  const [side, ...rest] = muscle.split("_");
  const group = groups()[rest.join("_")];
  return side === "right" ? gettext("right {group}", { group }) : gettext("left {group}", { group });
}

function inWords(shown, total) {
  if (!shown.length) return gettext("No muscle group graded yet");
  const lowest = shown.map(([, grade]) => grade).sort()[0];
  const weakest = shown.filter(([, grade]) => grade === lowest).map(([muscle]) => muscle);
  const values = { count: shown.length, total, lowest };
  if (shown.length > 1 && weakest.length === shown.length) {
    return gettext("{count} of {total} muscle groups graded; all {lowest}", values);
  }
  // A long list read aloud hides the point, so beyond three only the number is said.
  if (weakest.length > 3) {
    values.weakest = weakest.length;
    return gettext("{count} of {total} muscle groups graded; weakest: {weakest} groups at {lowest}", values);
  }
  values.names = weakest.map(nameOf).join(pgettext("between the names of a list", ", "));
  return gettext("{count} of {total} muscle groups graded; weakest: {names} {lowest}", values);
}

/** The figure is drawn with English labels. */
function label(svg) {
  const labels = {
    Front: pgettext("of the body", "Front"),
    Back: pgettext("of the body", "Back"),
    R: pgettext("on the figure: the right side", "R"),
    L: pgettext("on the figure: the left side", "L"),
  };
  svg.querySelector("title").textContent = gettext("Muscle strength by MRC grade, front and back of the body");
  for (const text of svg.querySelectorAll(".body-label")) text.textContent = labels[text.textContent];
}

export function paint(root) {
  const svg = root.querySelector("svg.body-figure");
  if (!svg) return;
  const grades = readGrades(root);
  const muscles = [...svg.querySelectorAll(".muscle")];
  const shown = [];
  for (const muscle of muscles) {
    const name = muscle.dataset.muscle;
    const grade = grades.get(name);
    if (grade === undefined) delete muscle.dataset.grade;
    else muscle.dataset.grade = grade;
    muscle.querySelector(".muscle-grade").textContent = grade ?? "";
    if (grade !== undefined) shown.push([name, grade]);
  }
  svg.querySelector("desc").textContent = inWords(shown, muscles.length);
}

const paintAll = () => document.querySelectorAll(ROOT).forEach(paint);

/* The figure is a file of its own, which the browser keeps: it would be a tenth of the page. */
async function load(root) {
  const answer = await fetch(root.dataset.bodyFigure).catch(() => null); // without the network the grades stand alone
  if (!answer?.ok) return;
  root.querySelector("[data-figure]").innerHTML = await answer.text();
  label(root.querySelector("svg.body-figure"));
  paint(root);
}

function paintAround(event) {
  const root = event.target.closest?.(ROOT);
  if (root) paint(root);
}

// Listening on the document keeps figures alive that arrive later in a swapped fragment.
document.addEventListener("input", paintAround);
document.addEventListener("change", paintAround);
document.addEventListener("ecrf:repaint", paintAll);
for (const root of document.querySelectorAll(ROOT)) load(root);
