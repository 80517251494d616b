// The chapter on trades as markup: its figures, how the profits are spread, runs of wins and losses, what
// was won by the time of entry, and the trades at either end.

import { shadeBy } from "./calendar_tables.ts";
import { escapeHtml } from "./markup.ts";
import type { EntryCell, EntryMap, ListedTrade, TearSheetModel, TradeStreaks } from "./model.ts";
import { formatAmount, formatFigure } from "./numbers.ts";
import { histogramFigure } from "./sheet_figures.ts";
import { abreast, dataCell, groupTable } from "./tables.ts";

/** The chapter; nothing without trades. */
export function tradeChapter({ trades: book }: TearSheetModel): string {
  if (book === null) return "";
  const streaks = book.streaks === null ? "" : streakTable(book.streaks);
  return abreast(groupTable(book.figures, null), histogramFigure(book.profits, null) + streaks) +
    (book.entries === null ? "" : entryTable(book.entries)) +
    abreast(tradeTable("Best trades", book.best), tradeTable("Worst trades", book.worst));
}

function streakTable({ won, lost }: TradeStreaks): string {
  const rows = (["longest", "mean", "count", "last"] as const).map((key) => {
    const unit = key === "mean" ? "ratio" : "count";
    const words = {
      longest: "Longest, trades",
      mean: "Average length, trades",
      count: "How many",
      last: "At the end, trades",
    };
    return `<tr><th scope="row">${words[key]}</th>` +
      `<td>${dataCell(won[key], unit, `streak won ${key}`)}</td>` +
      `<td>${dataCell(lost[key], unit, `streak lost ${key}`)}</td></tr>`;
  });
  return `<table class="trades"><caption>Streaks, by time of exit</caption><thead><tr>` +
    `<th scope="col">Streak</th><th scope="col">Wins</th><th scope="col">Losses</th></tr></thead>` +
    `<tbody>${rows.join("")}</tbody></table>`;
}

/** A table like that of the months: it can be read aloud and copied. */
function entryTable({ hours, days }: EntryMap): string {
  const shade = shadeBy(days.flatMap(({ cells }) => cells.map(({ profit }) => profit)));
  const shadeTotal = shadeBy(days.map(({ total }) => total.profit));
  const cell = ({ profit, count }: EntryCell, classes: string): string =>
    count === 0 ? "<td></td>" : `<td class="mark ${classes}" data-tip="${
      escapeHtml(
        `${formatFigure(profit, "money")} in ${formatFigure(count, "count")} ${
          count === 1 ? "trade" : "trades"
        }`,
      )
    }"><data value="${profit}">${formatAmount(profit)}</data></td>`;
  const head = hours.map((hour) => `<th scope="col">${String(hour).padStart(2, "0")}</th>`);
  const rows = days.map(({ name, cells, total }) =>
    `<tr><th scope="row">${name}</th><td>${dataCell(total.count, "count")}</td>${
      cell(total, `total ${shadeTotal(total.profit)}`)
    }${cells.map((one) => cell(one, shade(one.profit))).join("")}</tr>`
  );
  const title = `Profit by weekday${hours.length === 0 ? "" : " and hour"} of entry`;
  return `<div class="trades"><h3>${title}</h3>` +
    `<div class="scroll" tabindex="0" role="region" aria-label="${title}">` +
    `<table class="heat entries"><thead><tr><th scope="col">Day</th><th scope="col">Trades</th>` +
    `<th scope="col">All</th>${head.join("")}</tr></thead><tbody>${
      rows.join("")
    }</tbody></table></div></div>`;
}

function tradeTable(title: string, listed: readonly ListedTrade[]): string {
  if (listed.length === 0) return "";
  const sided = listed.some(({ side }) => side !== null);
  const held = listed.some(({ holdingDays }) => holdingDays !== null);
  const rows = listed.map(({ profit, side, holdingDays }, index) =>
    `<tr><th scope="row">${index + 1}</th><td>${dataCell(profit, "money")}</td>${
      sided ? `<td>${side ?? ""}</td>` : ""
    }${held ? `<td>${dataCell(holdingDays, "days")}</td>` : ""}</tr>`
  );
  return `<table class="trades"><caption>${title}</caption><thead><tr><th scope="col">No.</th>` +
    `<th scope="col">Profit</th>${sided ? '<th scope="col">Side</th>' : ""}${
      held ? '<th scope="col">Days held</th>' : ""
    }</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}
