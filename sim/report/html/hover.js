// The exact value of what a pointer or the arrow keys reach on a chart. Tables hold the values where this does not run.
(function () {
  "use strict";
  const marks = JSON.parse(document.getElementById("page-data").textContent).marks;
  const note = document.getElementById("hover-note");
  const made = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);

  function follow(figure, points) {
    const svg = figure.querySelector("svg"), box = svg.viewBox.baseVal;
    // Points in a row from left to right are found by how far along they are; others by how near.
    const inRow = points.every((point, i) => i === 0 || point[0] > points[i - 1][0]);
    const tip = figure.appendChild(document.createElement("p"));
    tip.className = "tip";
    tip.setAttribute("role", "status");
    const ring = made("circle");
    for (const [key, value] of [["r", 5], ["class", "ring"]]) ring.setAttribute(key, value);
    let place = -1;

    function hide() {
      place = -1;
      tip.textContent = "";
      ring.remove();
    }
    function show(next) {
      place = Math.max(0, Math.min(points.length - 1, next));
      const [x, y, words] = points[place];
      ring.setAttribute("cx", x);
      ring.setAttribute("cy", y);
      svg.appendChild(ring);
      tip.textContent = words;
      const scale = svg.clientWidth / box.width, left = x * scale, top = y * scale;
      const room = svg.clientWidth - tip.offsetWidth;
      tip.style.left = Math.max(0, Math.min(room, left - tip.offsetWidth / 2)) + "px";
      tip.style.top = (top > tip.offsetHeight + 12 ? top - tip.offsetHeight - 10 : top + 12) + "px";
      return left;
    }
    function nearest(event) {
      const seen = svg.getBoundingClientRect(), scale = box.width / seen.width;
      const x = (event.clientX - seen.left) * scale, y = (event.clientY - seen.top) * scale;
      const far = (point) => Math.abs(point[0] - x) + (inRow ? 0 : Math.abs(point[1] - y));
      return points.reduce((best, point, i) => (far(point) < far(points[best]) ? i : best), 0);
    }
    const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
    figure.addEventListener("pointermove", (event) => show(nearest(event)));
    figure.addEventListener("pointerleave", hide);
    figure.addEventListener("blur", hide);
    figure.addEventListener("keydown", (event) => {
      if (event.key === "Escape") return hide();
      if (!(event.key in steps)) return;
      event.preventDefault();
      const left = show(place + steps[event.key]);
      figure.scrollLeft = left - figure.clientWidth / 2;
    });
    figure.setAttribute("aria-describedby", note.id);
    note.hidden = false;
  }

  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const points = marks[figure.dataset.chart] || [];
    if (points.length) follow(figure, points);
  }
})();
