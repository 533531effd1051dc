// A passkey: asks the browser to make one or to use one, and sends what it answers with the form around the button.
// What is asked stands in the page as JSON. webauthnJSON (from the sign-in library's own files) turns it into what the
// browser takes and back. Without scripts the form stays hidden and the page says to use a code.

const form = document.querySelector("form[data-passkey]");
const problem = form.querySelector("[data-problem]");
const button = form.querySelector("button");

function options() {
  const asked = JSON.parse(document.getElementById("passkey").textContent);
  if (form.dataset.passkey === "get") return asked.request_options;
  if ("shared" in form.dataset) asked.creation_options.publicKey.authenticatorSelection.authenticatorAttachment = "cross-platform";
  return asked.creation_options;
}

// One attempt at a time; a problem said before is gone while the browser asks.
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  problem.textContent = "";
  try {
    const answer = await webauthnJSON[form.dataset.passkey](options());
    form.querySelector('input[name="credential"]').value = JSON.stringify(answer);
    form.submit();
  } catch (error) {
    problem.textContent = error.name === "InvalidStateError" ? form.dataset.known ?? form.dataset.stopped : form.dataset.stopped;
    button.disabled = false;
    delete form.dataset.sending;
  }
});

// A page that Back brings from memory asks for what was answered already.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

document.querySelector("[data-without]").remove();
form.hidden = false;
if (!webauthnJSON.supported()) {
  button.disabled = true;
  problem.textContent = form.dataset.notOffered;
} else if (form.dataset.passkey === "get") {
  button.focus();
}
