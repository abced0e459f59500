/* The live room. Nothing is shown before the server has said it: the price moves when the hall's event arrives,
   the end is what the events say, and a bid counts once its receipt is here. */
import { fenOf, scaled, typedFen, wire, yuan } from "./amounts.js";
import { capitals } from "./capitals.js";
import { ServerClock, countdown, wall } from "./clock.js";

const outer = document.getElementById("room");
const root = () => outer.querySelector(".room");
const x = (name) => outer.querySelector(`[data-x="${name}"]`);
const put = (name, text) => { const place = x(name); if (place) place.textContent = text; };

let hall, clock, stream, heard, chosen, tries, lostAt, timer, asking, ticketTimer;
let saidAt = 0;

/* Announcements: at most one polite message in five seconds; the last one wins. */
function say(text, loud = false) {
  if (loud) { put("shout", text); return; }
  clearTimeout(timer);
  timer = setTimeout(() => { saidAt = Date.now(); put("say", text); }, Math.max(0, saidAt + 5000 - Date.now()));
}

const fill = (text, ...values) => values.reduce((said, value, n) => said.replace(`#${n + 1}`, value), text)
  .replace("#", values[0]);
const least = () => hall.price === null ? hall.start : hall.price + hall.step;
const most = () => hall.most_steps === null ? Infinity : (hall.price ?? hall.start) + hall.most_steps * hall.step;
const leads = () => hall.me !== "" && hall.leader === hall.me;
const running = () => hall.phase === "free" || hall.phase === "timed";

function standing() {
  if (!running()) return;
  const { words } = hall;
  const state = !hall.me ? "watching" : leads() ? "leading" : hall.best !== null ? "outbid" : "joined";
  if (state !== hall.state) {
    hall.state = state;
    if (words[state]) {
      put("title", words[state]);
      say(words[state], state === "outbid" && Date.parse(hall.ends_at) - clock.now() < 60000);
    }
  }
  root().dataset.state = state;
  put("note", state === "outbid" ? fill(words.outbid_by, hall.leader, yuan(hall.price)) : fill(words.count, hall.bids));
}

/* ---- what the hall says ---- */

function row(parts, kind) {
  const line = document.createElement("li");
  line.className = kind;
  line.append(...parts);
  x("history").querySelector("[data-empty]")?.remove();
  x("history").prepend(line);
}

function cell(tag, text, kind = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function onBid(event) {
  const mine = event.paddle === hall.me;
  hall.price = fenOf(event.price);
  hall.leader = event.leader;
  hall.bids += 1;
  hall.ends_at = event.ends_at;
  if (mine) { hall.best = hall.price; put("best", yuan(hall.price)); }
  put("label", hall.words.current);
  put("price", yuan(hall.price));
  put("capitals", capitals(hall.price));
  put("leader", event.leader);
  put("you", leads() ? `(${hall.words.you})` : "");
  x("leader").closest("p").hidden = false;
  for (const top of x("history").querySelectorAll(".top")) top.classList.remove("top");
  const who = document.createElement("span");
  who.append(cell("span", event.paddle, "no"), mine ? ` ${hall.words.me}` : "");
  const at = Date.parse(event.at);
  row([cell("time", wall(at)), who, cell("b", yuan(hall.price))], mine ? "top me" : "top");
  if (event.extended) {
    const words = fill(hall.words.extended, event.extended, wall(Date.parse(event.ends_at)));
    row([`${wall(at)} ${words}`], "sys");
    put("ext", words);
    say(words);
  }
  moved();
}

function listen() {
  stream?.close();
  stream = new EventSource(`${hall.hall}events?after=${hall.seq}`);
  for (const kind of ["opened", "bid", "closed"]) stream.addEventListener(kind, (message) => take(kind, message));
  stream.addEventListener("beat", (message) => {
    alive();
    const beat = JSON.parse(message.data);
    if (beat.seq < hall.seq) snapshot();
    hall.ends_at = beat.ends_at;
  });
  stream.onerror = () => { if (stream.readyState === EventSource.CLOSED) lost(); };
}

function take(kind, message) {
  alive();
  const event = JSON.parse(message.data);
  if (event.seq <= hall.seq) return;
  if (event.seq > hall.seq + 1) { snapshot(); return; }
  hall.seq = event.seq;
  if (kind === "bid") onBid(event);
  else snapshot(kind === "closed");
}

/* ---- the connection ---- */

function alive() {
  heard = performance.now();
  if (lostAt === null) return;
  const gone = Math.round((performance.now() - lostAt) / 1000);
  lostAt = null;
  tries = 0;
  snapshot(false, gone);
}

function lost() {
  if (lostAt === null) lostAt = heard;
  tries += 1;
  root().dataset.state = "offline";
  put("net", hall.words.disconnected);
  put("title", fill(hall.words.offline, tries));
  put("note", fill(hall.words.offline_note, wall(clock.now() - (performance.now() - heard)), root().dataset.phone));
  if (tries === 1) say(fill(hall.words.offline, tries), true);
  moved();
  stream?.close();
  const wait = Math.min(8000, 500 * 2 ** (tries - 1)) * (0.75 + Math.random() / 2);
  setTimeout(() => { if (lostAt !== null) { listen(); setTimeout(() => { if (lostAt !== null) lost(); }, 6000); } }, wait);
}

/* The whole inside of the room anew, from the server. */
async function snapshot(loud = false, gone = 0) {
  const before = hall.bids;
  try {
    const answer = await fetch(hall.live, { cache: "no-store" });
    if (!answer.ok) return;
    const kept = field()?.value ?? "";
    outer.innerHTML = await answer.text();
    begin(false, kept);
  } catch {
    return;
  }
  if (gone) say(fill(hall.words.back, gone, Math.max(0, hall.bids - before)));
  if (loud) say(x("title").textContent, true);
}

/* ---- the clock ---- */

function tick() {
  const now = clock.now();
  put("clock", wall(now));
  if (hall.phase === "before") show(Date.parse(hall.opens_at) - now, hall.words.to_opening, "", 1);
  if (!running()) return;
  const left = Date.parse(hall.ends_at) - now;
  hall.phase = now < Date.parse(hall.timed_from) ? "free" : "timed";
  const span = hall.phase === "timed" ? hall.length_s * 1000 : Date.parse(hall.ends_at) - Date.parse(hall.opens_at);
  const word = lostAt === null ? hall.words[hall.phase] : hall.words.estimated;
  show(left, hall.words.to_end, word, left / span);
  root().classList.toggle("hot", left < 60000);
  if (left <= 0 && lostAt === null) put("title", hall.words.checking);
  for (const [limit, name] of [[10, "0:10"], [30, "0:30"], [60, "1:00"], [300, "5:00"]]) {
    if (left <= limit * 1000 && hall.told > limit) { hall.told = limit; if (left > 0) say(fill(hall.words.left, name)); break; }
  }
  if (left > 300000) hall.told = Infinity;
  if (left <= 0 && asking) moved();
  if (performance.now() - heard > 15000 && lostAt === null) lost();
}

function show(left, until, word, share) {
  put("until", until);
  put("left", left > 172800000 ? fill(hall.words.days, Math.floor(left / 86400000)) : countdown(left, true));
  if (word) put("phase", word);
  x("ring")?.setAttribute("stroke-dasharray", `${Math.round(Math.max(0, Math.min(1, share)) * 100)} 100`);
}

/* ---- bidding ---- */

const field = () => document.getElementById("act")?.elements.own_amount;
const typed = () => field()?.value.trim() ?? "";
const wanted = () => typed() ? typedFen(typed()) : least() + (chosen.steps - 1) * hall.step;

/* Why the amount that was typed cannot be bid, with one that can; "" if it can. It is never changed for the bidder. */
function fault() {
  if (!typed()) return "";
  const { words } = hall;
  const amount = typedFen(typed());
  if (amount === null) return words.no_amount;
  if (amount < least()) return fill(words.too_low, yuan(least()));
  if (amount > most()) return fill(words.most, yuan(most()));
  const over = (amount - least()) % hall.step;
  return over ? fill(words.between, yuan(hall.step), yuan(amount - over), yuan(amount - over + hall.step)) : "";
}

/* The reason stands at the field while it holds, and gives way to nothing else that was said there. */
function judge() {
  const why = fault();
  const own = field();
  if ((why || own.getAttribute("aria-invalid") === "true") && x("own-note").textContent !== why) {
    note(why);
    say(why);
  }
  own.setAttribute("aria-invalid", String(Boolean(why)));
  return why;
}

/* Bring the panel up to the price; an open dialog stays open, but cannot confirm an old amount. */
function moved() {
  standingIfAlive();
  const go = document.getElementById("go");
  if (!go) return;
  const low = least();
  outer.querySelectorAll(".stepb[data-steps]").forEach((button) => {
    const amount = low + (Number(button.dataset.steps) - 1) * hall.step;
    button.value = wire(amount);
    button.querySelector("b").textContent = yuan(amount);
    if (hall.price !== null) button.querySelector("span").textContent = `+${yuan(amount - hall.price)}`;
    button.disabled = leads();
  });
  put("most", yuan(most()));
  const why = chosen.busy ? "" : judge();
  const amount = wanted();
  put("amount", amount === null ? "—" : yuan(amount));
  put("amount-cap", amount === null ? "" : capitals(amount));
  const closed = Date.parse(hall.ends_at) <= clock.now() || !running();
  go.disabled = leads() || lostAt !== null || closed || chosen.busy || Boolean(why);
  if (!chosen.busy) {
    go.textContent = leads() ? hall.words.wait : lostAt !== null ? hall.words.disconnected
      : closed ? hall.words.checking : fill(hall.words.bid, amount === null ? "—" : yuan(amount));
  }
  if (asking && asking.amount < low) {
    const note = x("ask-moved");
    note.hidden = false;
    note.textContent = fill(hall.words.moved, yuan(low));
    document.getElementById("yes").disabled = true;
  }
}

function standingIfAlive() { if (lostAt === null) standing(); }

function panel() {
  const form = document.getElementById("act");
  chosen = { steps: 1, busy: false };
  if (!form) return;
  const own = field();
  const mark = (pressed) => {
    form.querySelectorAll(".stepb[data-steps]").forEach((one) => one.setAttribute("aria-pressed", String(one === pressed)));
  };
  form.querySelectorAll(".stepb[data-steps]").forEach((button) => button.addEventListener("click", (event) => {
    event.preventDefault();
    chosen.steps = Number(button.dataset.steps);
    own.value = "";
    tell("");
    mark(button);
    moved();
  }));
  own.addEventListener("input", () => {
    mark(typed() ? null : form.querySelector(`.stepb[data-steps="${chosen.steps}"]`));
    tell("");
    moved();
  });
  // Enter would press the first button of the form, not send what is typed.
  own.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (!document.getElementById("go").disabled) ask();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); if (!document.getElementById("go").disabled) ask(); });
  document.getElementById("no").addEventListener("click", () => document.getElementById("ask").close());
  document.getElementById("ask").addEventListener("close", () => { asking = null; });
  document.getElementById("yes").addEventListener("click", confirm);
}

function ask() {
  const amount = wanted();
  asking = { amount, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
  put("ask-amount", yuan(amount));
  put("ask-cap", capitals(amount));
  put("ask-gap", `+${yuan(amount - (hall.price ?? hall.start))}`);
  put("ask-mu", hall.area_dm2 ? yuan(scaled(amount, 200000, hall.area_dm2 * 3)) : "—");
  put("ask-term", yuan(scaled(amount, hall.months, 12)));
  x("ask-moved").hidden = true;
  document.getElementById("yes").disabled = false;
  document.getElementById("ask").showModal();
  document.getElementById("no").focus();
}

function confirm() {
  const attempt = asking;
  document.getElementById("ask").close();
  if (attempt) send(attempt);
}

/* Send under one key until there is a receipt; after four seconds ask what became of the key. */
async function send(attempt, again = 0) {
  const go = document.getElementById("go");
  chosen.busy = true;
  moved();
  go.textContent = hall.words.sending;
  const slow = setTimeout(() => { go.textContent = hall.words.no_receipt; say(hall.words.no_receipt); }, 4000);
  const abort = new AbortController();
  const cut = setTimeout(() => abort.abort(), 8000);
  let receipt = null;
  try {
    const answer = await fetch(`${hall.hall}bids`, {
      method: "POST", signal: abort.signal, credentials: "omit",
      headers: { Authorization: `Ticket ${hall.ticket}`, "Idempotency-Key": attempt.key, "Content-Type": "application/json" },
      body: JSON.stringify({ amount: wire(attempt.amount) }),
    });
    if (answer.status === 401 && again < 2) { await freshTicket(); receipt = "again"; }
    else if (answer.status < 500) receipt = await answer.json();
  } catch { /* no answer: the key will tell */ }
  clearTimeout(slow);
  clearTimeout(cut);
  receipt ??= await askByKey(attempt.key);
  if ((receipt === "again" || receipt === null) && again < 3) { await send(attempt, again + 1); return; }
  chosen.busy = false;
  if (receipt === null) tell(hall.words.not_arrived);
  else if (receipt !== "again") received(receipt);
  moved();
}

async function askByKey(key) {
  put("own-note", hall.words.no_receipt);
  try {
    const answer = await fetch(hall.key_at.replace("KEY", key), { cache: "no-store" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function received(receipt) {
  if (receipt.accepted) { chosen.steps = 1; field().value = ""; tell(""); return; }
  tell(receipt.message ?? hall.words.not_arrived);
}

function note(text) {
  put("own-note", text);
  x("own-note")?.classList.toggle("err-", Boolean(text));
}

function tell(text) {
  note(text);
  if (text) say(text, true);
}

async function freshTicket() {
  if (!hall.ticket_at) return;
  try {
    const answer = await fetch(hall.ticket_at, { cache: "no-store" });
    if (answer.ok) hall.ticket = (await answer.json()).ticket;
  } catch { /* the next try will ask again */ }
}

/* ---- beginning, and beginning again after a snapshot ---- */

function begin(first = true, kept = "") {
  hall = JSON.parse(document.getElementById("hall").textContent);
  hall.told = Infinity;
  asking = null;
  lostAt = null;
  tries = 0;
  heard = performance.now();
  if (first) clock = new ServerClock(`${hall.hall}clock`, hall.now);
  put("net", hall.words.connected);
  panel();
  if (kept && field()) field().value = kept;
  moved();
  if (hall.phase === "closed") { stream?.close(); return; }
  listen();
}

begin();
clock.probe();
setInterval(tick, 100);
setInterval(() => clock.probe(), 60000);
ticketTimer = setInterval(freshTicket, 480000);
addEventListener("pagehide", () => { stream?.close(); clearInterval(ticketTimer); });
addEventListener("pageshow", (event) => { if (event.persisted) snapshot(); });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || hall.phase === "closed" || chosen.busy || asking) return;
  clock.probe();
  snapshot();
});
