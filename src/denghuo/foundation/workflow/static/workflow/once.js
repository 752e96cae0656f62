// A message is sent once, however often the button is pressed: its key is made here.
(function () {
  "use strict";
  const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  document.querySelectorAll("input[data-once]").forEach((field) => { field.value ||= key(); });
})();
