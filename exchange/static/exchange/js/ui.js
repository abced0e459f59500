/* Small comforts; every page works without them. Large type without a reload, dialogs, copying, j/k in queues. */

function largeType(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const root = document.documentElement;
    const on = root.dataset.size !== "large";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `size=${on ? "large" : ""}; path=/; max-age=31536000; SameSite=Lax${secure}`;
    if (on) root.dataset.size = "large";
    else delete root.dataset.size;
    form.elements.size.value = on ? "" : "large";
    form.querySelector("button").setAttribute("aria-pressed", String(on));
  });
}

function dialogs(root) {
  for (const opener of root.querySelectorAll("[data-opens]")) {
    const dialog = document.getElementById(opener.dataset.opens);
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
      dialog.querySelector("[data-closes]")?.focus();
    });
  }
  for (const closer of root.querySelectorAll("[data-closes]")) {
    closer.addEventListener("click", () => closer.closest("dialog").close());
  }
}

function copyButtons(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const words = button.querySelector("span");
      if (words) words.textContent = button.dataset.copied;
    });
  }
}

function queueKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName)) return;
    if (event.key !== "j" && event.key !== "k") return;
    const links = [...document.querySelectorAll("[data-queue] a")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    const next = event.key === "j" ? at + 1 : at - 1;
    links[(next + links.length) % links.length].focus();
  });
}

export function enliven(root) {
  root.querySelectorAll("[data-size-form]").forEach(largeType);
  dialogs(root);
  copyButtons(root);
}

enliven(document);
queueKeys();
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) enliven(event.target);
});
