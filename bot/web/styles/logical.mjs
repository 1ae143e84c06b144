// govuk-frontend says left and right; languages like Urdu begin at the right. So the built stylesheet says start and end
// instead, and one stylesheet serves both. Used by `npm run build` and `npm run check`.
import { readFileSync, writeFileSync } from "node:fs";

const SIDES = { left: "start", right: "end", top: "start", bottom: "end" };
const DRAWN = /details__summary:{1,2}before|checkboxes__label:{1,2}after/; // shapes made of borders: mirrored as a whole

function logical(declarations) {
  return declarations
    .replace(/(^|;)(margin|padding)-(left|right):/g, (_, start, what, side) => `${start}${what}-inline-${SIDES[side]}:`)
    .replace(/(^|;)border-(left|right)(-width|-style|-color)?:/g, (_, start, side, part = "") => `${start}border-inline-${SIDES[side]}${part}:`)
    .replace(/(^|;)border-(top|bottom)-(left|right)-radius:/g, (_, start, row, side) => `${start}border-${SIDES[row]}-${SIDES[side]}-radius:`)
    .replace(/(^|;)(left|right):/g, (_, start, side) => `${start}inset-inline-${SIDES[side]}:`)
    .replace(/(^|;)text-align:(left|right)/g, (_, start, side) => `${start}text-align:${SIDES[side]}`)
    .replace(/(^|;)float:(left|right)/g, (_, start, side) => `${start}float:${side};float:inline-${SIDES[side]}`); // first for old browsers
}

function drawn(declarations) {
  return declarations.replace(/(^|;)(left|right):/g, (_, start, side) => `${start}inset-inline-${SIDES[side]}:`);
}

const file = process.argv[2];
const css = readFileSync(file, "utf8");
const rule = /([^{}]*)\{([^{}]*)\}/g; // innermost blocks: a selector and its declarations
writeFileSync(file, css.replace(rule, (_, selector, body) => `${selector}{${DRAWN.test(selector) ? drawn(body) : logical(body)}}`));
