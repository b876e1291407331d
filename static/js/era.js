/* Beside a field with a date stand its year of the era and its weekday, for who reads Japanese: 令和8年11月22日（日）. The
   field stays as it is. Of a date that is known in part, what the era says of the whole of it: 平成31年・令和元年. */

const FIELDS = "input.w-day, input.w-partial-day";
const NO_DAY = { timeZone: "UTC", era: "long", year: "numeric" };
const WRITTEN = [
  new Intl.DateTimeFormat("ja-JP-u-ca-japanese", NO_DAY),
  new Intl.DateTimeFormat("ja-JP-u-ca-japanese", { ...NO_DAY, month: "long" }),
  new Intl.DateTimeFormat("ja-JP-u-ca-japanese", { ...NO_DAY, month: "long", day: "numeric", weekday: "short" }),
];
const ISO = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

function inEra(text, isWhole) {
  const [found, year, month, day] = ISO.exec(text.trim()) ?? [];
  if (!found || year < 1900 || (isWhole && !day)) return "";
  const first = new Date(Date.UTC(year, (month ?? 1) - 1, day ?? 1));
  const last = new Date(Date.UTC(year, month ?? 12, 0));
  if (first.getUTCMonth() !== (month ?? 1) - 1 || (day && first.getUTCDate() !== Number(day))) return "";
  const format = WRITTEN[day ? 2 : month ? 1 : 0];
  const words = [...new Set([format.format(first), format.format(day ? first : last)])];
  return words.join("・").replace("(", "（").replace(")", "）");
}

function say(field) {
  const words = inEra(field.value, field.matches(".w-day"));
  if (field.dataset.row) return field.toggleAttribute("title", Boolean(words)) && (field.title = words);
  const there = field.parentElement.querySelector(`:scope > .era[data-of="${CSS.escape(field.id)}"]`);
  if (!words) return there?.remove();
  const said = there ?? Object.assign(document.createElement("span"), { className: "era quiet" });
  said.dataset.of = field.id;
  said.textContent = words;
  if (!there) field.after(said);
}

const sayAll = () => document.querySelectorAll(FIELDS).forEach(say);
const sayOfOne = ({ target }) => target.matches?.(FIELDS) && say(target);

addEventListener("input", sayOfOne);
addEventListener("change", sayOfOne);
addEventListener("htmx:afterSettle", sayAll);
sayAll();
