/**
 * Colours of what is drawn over the floorplan, by theme. The floorplan's own colours and those of statuses come with
 * the server's style. Dash, width or icon always says the same thing a second time.
 */

export const PALETTES = {
  light: {
    threat: "#b5360b",
    casing: "#ffffff",
    safe: "#007a5a",
    unsafe: "#b5360b",
    selected: "#12355b",
    text: "#111111",
    halo: "#ffffff",
  },
  dark: {
    threat: "#ff8a50",
    casing: "#000000",
    safe: "#5fe0b5",
    unsafe: "#ff8a50",
    selected: "#ffffff",
    text: "#f2f2f2",
    halo: "#121212",
  },
};
