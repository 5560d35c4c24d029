// What print.css cannot know: how wide the page stands on the screen, where it lies, and when it was printed.
(function () {
  "use strict";
  window.addEventListener("beforeprint", function () {
    var page = document.documentElement;
    var today = new Date().toLocaleDateString(page.lang === "en" ? "en-GB" : page.lang, { dateStyle: "long" });
    page.style.setProperty("--screen", String(window.innerWidth));
    document.body.dataset.printed = window.location.href + " · " + today;
  });
})();
