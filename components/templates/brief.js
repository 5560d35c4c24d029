(function () {
  "use strict";
  var held = JSON.parse(document.getElementById("figures").textContent);
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var print = window.matchMedia("print");
  // Whoever prints this by a program says so in the address: the page is drawn once, as paper wants it.
  var onPaper = window.location.hash === "#print";
  function draw() {
    var paper = onPaper || print.matches;
    var theme = dark.matches && !paper ? "dark" : "light";
    Object.keys(held.figures).forEach(function (slug) {
      var figure = JSON.parse(JSON.stringify(held.figures[slug]));
      var place = document.getElementById("chart-" + slug);
      figure.layout.template = held.templates[theme];
      figure.layout.autosize = !paper;
      figure.layout.width = paper ? held.paper_width : undefined;
      figure.layout.paper_bgcolor = "rgba(0,0,0,0)";
      window.Plotly.react(place, figure.data, figure.layout, held.config).then(function () { scalable(place); });
    });
    document.documentElement.dataset.drawn = theme;
  }
  // A drawing of a fixed size that a style sheet may scale.
  function scalable(place) {
    place.querySelectorAll(".main-svg").forEach(function (svg) {
      svg.setAttribute("viewBox", "0 0 " + svg.getAttribute("width") + " " + svg.getAttribute("height"));
    });
  }
  // Plotly measures its labels once, so the letters come first.
  var wanted = ["400 13px 'Source Sans'", "700 13px 'Source Sans'"];
  var letters = document.fonts ? Promise.all(wanted.map(function (font) { return document.fonts.load(font); })) : Promise.resolve();
  letters.catch(function () {}).then(draw);
  dark.addEventListener("change", draw);
  print.addEventListener("change", draw);
  var waiting = 0;
  window.addEventListener("resize", function () {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(function () {
      if (onPaper || print.matches) { return; }
      Object.keys(held.figures).forEach(function (slug) {
        var place = document.getElementById("chart-" + slug);
        window.Plotly.Plots.resize(place).then(function () { scalable(place); });
      });
    }, 100);
  });
})();
