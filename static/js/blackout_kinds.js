/* What a file is, told by its first bytes and never by its name; as ecrf/files/receiving/kinds.py has it. */

import { gettext } from "./words.js";

export class NotTaken extends Error {}

const SIGNS = [
  ["jpeg", 0, [0xff, 0xd8, 0xff]],
  ["png", 0, [0x89, 0x50, 0x4e, 0x47]],
  ["tiff", 0, [0x49, 0x49, 0x2a, 0]],
  ["tiff", 0, [0x4d, 0x4d, 0, 0x2a]],
  ["dicom", 128, [0x44, 0x49, 0x43, 0x4d]],
  ["zip", 0, [0x50, 0x4b, 3, 4]],
  ["office", 0, [0xd0, 0xcf, 0x11, 0xe0]],
  ["heic", 4, [0x66, 0x74, 0x79, 0x70]],
];
const WORDS = {
  dicom: () => gettext("This is a DICOM file. It names the patient in many places and cannot be blacked out here."),
  zip: () => gettext("This is a ZIP or Office file. Print the document in it to a PDF file, and add that."),
  office: () => gettext("This is an Office file. Print it to a PDF file, and add that."),
  heic: () => gettext("This is a HEIC picture or a film. Save the picture as JPEG, and add that."),
  markup: () => gettext("This is an SVG, HTML or XML file, which can hold a script. Print it to a PDF file."),
};

export function kindOf(bytes) {
  const found = SIGNS.find(([, at, sign]) => sign.every((byte, i) => bytes[at + i] === byte));
  if (found) return found[0];
  const text = String.fromCharCode(...bytes.subarray(0, 1024)).replaceAll("\0", "");
  if (text.includes("%PDF-")) return "pdf";
  return /<\s*(!doctype|\?xml|svg|html|script|head|body)/i.test(text) ? "markup" : "";
}

export function refuseOthers(kind) {
  if (["pdf", "png", "jpeg", "tiff"].includes(kind)) return;
  const why = WORDS[kind]?.()
    ?? gettext("What kind of file this is cannot be told from what it holds, whatever its name says.");
  throw new NotTaken(`${why} ${gettext("PDF, PNG, JPEG and TIFF files are taken.")}`);
}
