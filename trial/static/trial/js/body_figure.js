/** Shows the MRC grades typed in a form on the body figure that stands in the same [data-body-figure] element. */

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

function inWords(shown, total) {
  if (!shown.length) return "No muscle group graded yet";
  const count = `${shown.length} of ${total} muscle groups graded`;
  const lowest = shown.map(([, grade]) => grade).sort()[0];
  const weakest = shown.filter(([, grade]) => grade === lowest).map(([name]) => name.replaceAll("_", " "));
  if (shown.length > 1 && weakest.length === shown.length) return `${count}; all ${lowest}`;
  // A long list read aloud hides the point, so beyond three only the number is said.
  const names = weakest.length > 3 ? `${weakest.length} groups at` : weakest.join(", ");
  return `${count}; weakest: ${names} ${lowest}`;
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
