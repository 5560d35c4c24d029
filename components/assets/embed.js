// Draws the chart that stands in the page as JSON, in the reader's theme, and keeps it as wide as its frame.
(function () {
  "use strict";
  var held = JSON.parse(document.getElementById("figure").textContent);
  var chart = document.getElementById("chart");
  var asked = document.documentElement.dataset.theme;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function theme() { return asked === "auto" ? (dark.matches ? "dark" : "light") : asked; }
  function draw() {
    var layout = JSON.parse(JSON.stringify(held.layout));
    layout.template = held.templates[theme()];
    layout.autosize = true;
    delete layout.width;
    return window.Plotly.react(chart, JSON.parse(JSON.stringify(held.data)), layout, held.config).then(function () {
      document.documentElement.dataset.drawn = theme();
    });
  }
  draw();
  dark.addEventListener("change", draw);
  if (window.ResizeObserver) {
    var wide = 0;
    new ResizeObserver(function (entries) {
      var now = Math.round(entries[0].contentRect.width);
      if (now && now !== wide) { wide = now; window.Plotly.Plots.resize(chart); }
    }).observe(chart);
  }
})();
