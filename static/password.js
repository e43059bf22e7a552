/* A button with data-shows="ID" shows and hides what is typed in that password field. Without scripts there is no button. */

for (const button of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  const words = [button.textContent, button.dataset.otherWords];
  button.hidden = false;
  button.addEventListener("click", () => {
    const isShown = field.type === "password";
    field.type = isShown ? "text" : "password";
    button.textContent = words[Number(isShown)];
  });
}
