/* The server's clock, kept in step by probes, and countdowns. Without JavaScript the times stand there as text. */

/* Length of time in ms as 04:05, 1:04:05; with tenths below ten seconds. */
export function countdown(ms, tenths = false) {
  const left = Math.max(0, ms);
  if (tenths && left < 10000) return (Math.floor(left / 100) / 10).toFixed(1);
  const all = Math.ceil(left / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

const WALL = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

export const wall = (ms) => WALL.format(new Date(ms));

/* Server time: offset of the probe with the least round trip; slewed, so that it never jumps. */
export class ServerClock {
  constructor(url, now) {
    this.url = url;
    this.base = Date.parse(now) - performance.now();
    this.target = this.base;
    this.tick = performance.now();
  }

  now() {
    const at = performance.now();
    const most = (at - this.tick) * 0.1; // at most a tenth faster or slower than real time
    this.tick = at;
    const gap = this.target - this.base;
    this.base += Math.abs(gap) > 5000 ? gap : Math.max(-most, Math.min(most, gap));
    return this.base + at;
  }

  async probe(times = 5) {
    let best = null;
    for (let n = 0; n < times; n += 1) {
      const sent = performance.now();
      try {
        const answer = await fetch(this.url, { cache: "no-store" });
        const { now } = await answer.json();
        const got = performance.now();
        if (!best || got - sent < best.trip) best = { trip: got - sent, base: Date.parse(now) - (sent + got) / 2 };
      } catch {
        return;
      }
    }
    this.target = best.base;
  }
}

/* Countdowns in lists: <b data-until="ISO" data-now="ISO as rendered">. */
function lists() {
  const marks = [...document.querySelectorAll("[data-until][data-now]")];
  if (!marks.length) return;
  const loaded = performance.now();
  const show = () => {
    for (const mark of marks) {
      const left = Date.parse(mark.dataset.until) - Date.parse(mark.dataset.now) - (performance.now() - loaded);
      if (left > 0 && left < 86400000) mark.textContent = countdown(left);
    }
  };
  show();
  setInterval(show, 1000);
}

lists();
