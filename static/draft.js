// Saves what is being written after a few quiet seconds, and says so beside the buttons.
// It never writes into a field, never moves the focus, and a save that fails costs nothing: the text stays in the window.

const QUIET_MS = 5000;

for (const form of document.querySelectorAll("form[data-draft]")) {
  keepDraft(form, form.querySelector("[data-draft-status]"));
}

function keepDraft(form, status) {
  let timer = 0;
  let request = null;

  const waitAndSave = () => {
    clearTimeout(timer);
    timer = setTimeout(save, QUIET_MS);
  };

  const save = async () => {
    // One at a time, so that an earlier text never arrives after a later one.
    if (request) return waitAndSave();
    clearTimeout(timer);
    timer = 0;
    request = new AbortController();
    let words = status.dataset.failed;
    try {
      const data = new FormData(form);
      data.append("save", "auto");
      const keepalive = document.visibilityState === "hidden";
      const answer = await fetch(location.pathname, { method: "POST", body: data, signal: request.signal, keepalive });
      // Anything but plain words is a page about some failure.
      if (answer.headers.get("Content-Type").startsWith("text/plain")) words = await answer.text();
    } catch (error) {
      if (error.name === "AbortError") return;
    } finally {
      request = null;
    }
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    words = words.replace("{time}", time);
    // A status that says the same again would be read aloud at every pause.
    if (status.textContent !== words) status.textContent = words;
  };

  form.addEventListener("input", waitAndSave);
  // Telephones may close a page that is out of sight.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && timer) save();
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    timer = 0;
    if (request) request.abort();
  });
}
