// Sending a workbook: drag and drop, and its size looked at before it is sent. All texts come from the page.
"use strict";

(function () {
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-upload-drop]");
  const said = form.querySelector("[data-upload-said]");
  const fault = form.querySelector("[data-upload-fault]");
  const button = form.querySelector("button[type=submit]");
  const limitBytes = Number(form.dataset.limitBytes);

  function look() {
    const file = input.files[0];
    const tooLarge = Boolean(file) && file.size > limitBytes;
    said.textContent = file ? `${file.name} (${(file.size / 1048576).toFixed(1)} MB)` : "";
    fault.hidden = !tooLarge;
    if (tooLarge) fault.firstElementChild.textContent = form.dataset.tooLarge;
    button.disabled = tooLarge;
  }

  input.addEventListener("change", look);
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("drop-over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    drop.addEventListener(kind, () => drop.classList.remove("drop-over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      look();
    }
  });
  form.addEventListener("submit", () => {
    button.disabled = true;
    said.textContent = form.dataset.sending;
  });
  // back from the next page, the form may be sent again
  window.addEventListener("pageshow", look);
})();
