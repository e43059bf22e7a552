/* Passkeys: a form with data-passkey is hidden until this finds a browser that knows them. Pressing its button asks the device,
   puts the answer into the field "credential" and sends the form. What the device is asked comes from #passkey-data, or for
   signing in from the form's own address. webauthn-json.js (django-allauth) turns both into JSON and back. */

const kit = window.webauthnJSON;

/* A passkey that needs no address to sign in with, and a finger, face or PIN every time. */
function asPasskey(options) {
  const wishes = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  const publicKey = { ...options.publicKey, authenticatorSelection: { ...options.publicKey.authenticatorSelection, ...wishes } };
  return { ...options, publicKey };
}

async function askDevice(form) {
  if (form.dataset.passkey === "login") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    return kit.get((await answer.json()).request_options);
  }
  const data = JSON.parse(document.getElementById("passkey-data").textContent);
  return form.dataset.passkey === "create" ? kit.create(asPasskey(data.creation_options)) : kit.get(data.request_options);
}

function improve(form) {
  const problem = form.querySelector("[data-passkey-problem]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await askDevice(form));
      form.submit();
    } catch {
      problem.hidden = false;
    }
  });
}

if (kit && kit.supported()) {
  document.querySelectorAll("form[data-passkey]").forEach(improve);
  document.querySelectorAll("[data-passkey-missing]").forEach((words) => words.remove());
}
