/** Pictures for the map, drawn here: no sprite is fetched. Their names are `theme:name`. */

import { PATHS } from "./icons.js";

const RATIO = 2;

/** Add all pictures of a theme to a map. */
export function addIcons(map, theme, palette) {
  const add = (name, size, draw) => {
    const id = `${theme}:${name}`;
    if (!map.hasImage(id)) map.addImage(id, picture(size, draw), { pixelRatio: RATIO });
  };
  add("up", 26, (pen) => badge(pen, 26, palette.safe, palette.casing, PATHS.up));
  add("down", 26, (pen) => badge(pen, 26, palette.safe, palette.casing, PATHS.down));
  add("check-done", 22, (pen) => badge(pen, 22, palette.safe, palette.casing, PATHS.tick));
  add("check-fault", 22, (pen) => badge(pen, 22, palette.threat, palette.casing, PATHS.alert));
  add("check-undone", 20, (pen) => badge(pen, 20, palette.casing, palette.selected, ""));
  add("check-now", 30, (pen) => badge(pen, 30, palette.selected, palette.casing, PATHS.pin));
  add("closed", 28, (pen) => noEntry(pen, 28, palette.threat, palette.casing));
  add("arrow", 18, (pen) => arrow(pen, palette.safe, palette.casing));
  add("arrow-unsafe", 18, (pen) => arrow(pen, palette.unsafe, palette.casing));
}

function picture(size, draw) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * RATIO;
  const pen = canvas.getContext("2d");
  pen.scale(RATIO, RATIO);
  pen.lineCap = pen.lineJoin = "round";
  draw(pen);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function badge(pen, size, back, ink, path) {
  pen.beginPath();
  pen.arc(size / 2, size / 2, size / 2 - 2, 0, 2 * Math.PI);
  pen.fillStyle = back;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = ink;
  pen.stroke();
  pen.translate(size * 0.2, size * 0.2);
  pen.scale((size * 0.6) / 24, (size * 0.6) / 24);
  pen.lineWidth = 3;
  pen.stroke(new Path2D(path));
}

/** As on roads: a disc with a bar. */
function noEntry(pen, size, back, ink) {
  pen.beginPath();
  pen.arc(size / 2, size / 2, size / 2 - 2, 0, 2 * Math.PI);
  pen.fillStyle = back;
  pen.fill();
  pen.lineWidth = 2.5;
  pen.strokeStyle = ink;
  pen.stroke();
  pen.fillStyle = ink;
  pen.fillRect(size * 0.24, size * 0.42, size * 0.52, size * 0.16);
}

/** Points along the line that it stands on. */
function arrow(pen, back, edge) {
  const head = new Path2D("M5 3L14 9L5 15L7.5 9z");
  pen.lineWidth = 3;
  pen.strokeStyle = edge;
  pen.stroke(head);
  pen.fillStyle = back;
  pen.fill(head);
}
