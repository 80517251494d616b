// Numbers and dates in the browser: axes, legends and tooltips. It shares its rules with the page's
// tables by importing the same functions, so a tooltip never disagrees with a table.

export { formatDate, formatFigure, formatTick } from "../numbers.ts";
