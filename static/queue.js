// The queue with scripts: shortcuts for those who turned them on, the next card after a decision, "somebody is reading this".
// Everything here is also a button or a link.

const queue = () => document.getElementById("queue");
const cards = () => [...document.querySelectorAll("[data-card]")];

function land() {
  const all = document.querySelector("[data-select-all]");
  if (all) all.closest("label").hidden = false;
  const card = document.querySelector("[data-landed]") || (location.hash && document.querySelector(`${location.hash}[data-card]`));
  if (card) card.focus();
}

function move(card, step) {
  const every = cards();
  const next = every[every.indexOf(card) + step];
  if (next) next.focus();
}

function press(card, key) {
  if (key === "U") {
    document.querySelector("[data-undo] button")?.click();
    return true;
  }
  const button = card.querySelector(`[data-key="${key}"]`);
  button?.click();
  return Boolean(button);
}

document.addEventListener("keydown", (event) => {
  const card = document.activeElement?.closest?.("[data-card]");
  if (!card || queue()?.dataset.shortcuts !== "on" || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (document.activeElement.matches("select, textarea, input:not([type=checkbox])")) return;
  const key = event.key.toUpperCase();
  if (key === "J" || key === "K") move(card, key === "J" ? 1 : -1);
  else if (card.classList.contains("q-care") || !"PDANU".includes(key) || key.length !== 1 || !press(card, key)) return;
  event.preventDefault();
});

// Said once for each card and visit.
const claimed = new Set();
document.addEventListener("focusin", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card || claimed.has(card.id)) return;
  claimed.add(card.id);
  const token = card.querySelector("[name=csrfmiddlewaretoken]").value;
  fetch(card.dataset.claim, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true });
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select-all]")) return;
  document.querySelectorAll('input[name="id"][form="bulk"]').forEach((box) => { box.checked = event.target.checked; });
});

document.addEventListener("htmx:afterSettle", land);
land();
