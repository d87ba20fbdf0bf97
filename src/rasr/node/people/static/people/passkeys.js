// Shows what needs passkeys where the browser has them; says on the page when one was not used. Texts stand in the page.
(() => {
  "use strict";
  const shown = (selector, yes) => document.querySelectorAll(selector).forEach((each) => { each.hidden = !yes; });
  // an address of numbers can have no passkeys
  const can = Boolean(window.PublicKeyCredential && navigator.credentials) && !/^[\d.]+$|^\[/.test(location.hostname);
  shown("[data-passkey]", can);
  shown("[data-no-passkey]", !can);
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    shown("[data-passkey-fault]", true);
  });
})();
