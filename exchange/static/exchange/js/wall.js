/* The big screen: fetches itself every 5 seconds; says so when what it shows is older than 20 seconds. */

const EVERY_MS = 5000;
const STALE_MS = 20000;
let fresh = Date.now();

async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", credentials: "omit" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("wall").replaceWith(document.adoptNode(page.getElementById("wall")));
    fresh = Date.now();
  } catch (error) {
    console.warn("the wall is not fresh", error);
  }
  if (Date.now() - fresh > STALE_MS) {
    const badge = document.getElementById("freshness");
    badge.className = "r stale";
    badge.textContent = document.getElementById("wall").dataset.stale;
  }
  setTimeout(refresh, EVERY_MS);
}

setTimeout(refresh, EVERY_MS);
