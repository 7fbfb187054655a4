/** The form for concerns: a tap on the map says where. Without this the form asks for the place in words only. */

const map = document.querySelector(".outline-map");
const form = document.querySelector("form");

if (map) {
  const where = map.closest(".where");
  const words = document.getElementById("where-words");
  const first = words.textContent;
  const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  dot.setAttribute("class", "spot");
  dot.setAttribute("r", String(Math.max(map.viewBox.baseVal.width, map.viewBox.baseVal.height) / 45));

  const say = (x, y) => {
    form.elements.x_m.value = x;
    form.elements.y_m.value = y;
  };
  map.addEventListener("click", (event) => {
    if (event.target === dot) {
      dot.remove();
      say("", "");
      words.textContent = first;
      return;
    }
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    dot.setAttribute("cx", spot.x.toFixed(1));
    dot.setAttribute("cy", spot.y.toFixed(1));
    map.append(dot);
    say(spot.x.toFixed(1), (-spot.y).toFixed(1));
    words.textContent = words.dataset.marked;
  });
  where.hidden = false;
}

form?.addEventListener("submit", () => {
  form.querySelector("[type=submit]").disabled = true;
});
// A page that comes back from the browser's memory can be sent again; the server counts it once.
addEventListener("pageshow", () => {
  if (form) form.querySelector("[type=submit]").disabled = false;
});
