// A code in the fragment of an address (/s#CODE) never reaches a server or its log. This puts it into the field that waits for
// it and takes it out of the address, so that it is not left in the history. Without scripts, people type the code.
"use strict";
(() => {
  const take = () => {
    const field = document.querySelector("input[data-fragment]");
    const code = decodeURIComponent(window.location.hash.slice(1));
    if (!field || !code) return;
    field.value = code;
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
  };
  document.addEventListener("DOMContentLoaded", take);
  window.addEventListener("hashchange", take); // the link was opened where this page was shown already
})();
