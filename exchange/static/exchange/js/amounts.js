/* Money in the page: whole fen from the wire to the wire; nothing is computed in fractions of a yuan. */

/* "31000.5" → 3100050; null for what is no amount in yuan with at most two decimals. */
export function fenOf(text) {
  const parts = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(text);
  return parts ? Number(parts[1]) * 100 + Number((parts[2] ?? "").padEnd(2, "0")) : null;
}

/* What a person types: thousands may be grouped, the sign of the yuan may stand before. */
export const typedFen = (text) => fenOf(text.normalize("NFKC").replace(/[,¥\s]/g, ""));

/* 3100050 → "31000.50", as amounts are sent. */
export const wire = (fen) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;

/* 3100050 → "¥31,000.5", as amounts are shown. */
export function yuan(fen) {
  const cents = String(fen % 100).padStart(2, "0").replace(/0+$/, "");
  return `¥${Math.floor(fen / 100).toLocaleString("zh-CN")}${cents && `.${cents}`}`;
}

/* fen × times ÷ by, half up, exact for any size. */
export const scaled = (fen, times, by) => Number((BigInt(fen) * BigInt(times) * 2n + BigInt(by)) / (BigInt(by) * 2n));
