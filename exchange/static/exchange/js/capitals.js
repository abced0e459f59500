/* Amounts in Chinese capitals, the same as exchange.money.in_capitals; a test compares the two. */
const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];

function whole(yuan) {
  if (!yuan) return "零";
  const digits = [...String(yuan)].reverse().map(Number);
  let text = "";
  let gap = false;
  for (let place = digits.length - 1; place >= 0; place -= 1) {
    if (digits[place]) text += (gap && place % 8 !== 3 ? "零" : "") + DIGITS[digits[place]] + PLACES[place % 4];
    gap = digits[place] === 0;
    if (place === 8) text += "亿";
    else if (place % 8 === 4 && Math.floor(yuan / 10 ** place) % 10000) text += "万";
  }
  return text;
}

/* 12860000 fen → 人民币…; exact for amounts below ten trillion yuan. */
export function capitals(fen) {
  const yuan = Math.floor(fen / 100);
  const [jiao, cents] = [Math.floor(fen / 10) % 10, fen % 10];
  let text = "人民币";
  if (yuan || !(fen % 100)) text += `${whole(yuan)}元`;
  if (jiao) text += `${DIGITS[jiao]}角`;
  else if (cents && yuan) text += "零";
  return text + (cents ? `${DIGITS[cents]}分` : "整");
}
