/** The map: one level at a time, geometry from tiles once, the moment on top of it. */

import { loadTile } from "./kept.js";
import { addIcons } from "./map_icons.js";
import { ALL_ROUTES, CHOSEN_ROUTE, IS_SAFE, LIVE_SOURCES, statusOfLayer } from "./map_live.js";
import { createMarkers } from "./map_markers.js";
import { PALETTES } from "./map_palette.js";
import { reviewLayers } from "./map_review.js";
import { t } from "./strings.js";
import { TILE_PROTOCOL, layersOf, sourceOf, tileSource } from "./map_style.js";

/** Room that the level switch and the buttons take: at the side, on a narrow map above; and the band of a review. */
const paddingOf = (container) => {
  const band = document.body.classList.contains("is-reviewing") ? BAND_PX : 0;
  return container.clientWidth < NARROW_PX
    ? { top: 60 + band, right: 14, bottom: 26, left: 14 }
    : { top: 24 + band, right: 150, bottom: 24, left: 24 };
};
const BAND_PX = 44;
const NARROW_PX = 700;
const ZOOM_TO_ZONE = 19.5;
const EASE_MS = 350;
/** A door is thinner than a finger. */
const FINGER_PX = 9;

/**
 * @param {HTMLElement} container
 * @param {object} library The map's library.
 * @param {object} options `styles` of the server by theme, `bounds` [w, s, e, n] or null, `centre` [lon, lat],
 *   `ordinal`, `theme`, `onTap` ({at, zoneId, openingId, checkpointId}) => void; ids of the revision under review while it is shown.
 * @returns {Promise<object>} Ready when the style is loaded; rejects where there is no WebGL 2.
 */
export async function createMap(container, library, { styles, bounds, centre, ordinal, theme, onTap }) {
  const { Map: MapLibre, Marker, NavigationControl, ScaleControl, addProtocol } = library;
  addProtocol(TILE_PROTOCOL, async ({ url }, { signal }) => ({ data: await loadTile(url.slice(`${TILE_PROTOCOL}:/`.length), signal) }));
  const map = new MapLibre({
    container,
    style: { version: 8, sources: LIVE_SOURCES, layers: [] },
    ...(bounds ? { bounds, fitBoundsOptions: { padding: paddingOf(container) } } : { center: centre, zoom: 17 }),
    maxZoom: 23,
    minZoom: 12,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    attributionControl: { compact: true },
    locale: controlNames(),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  map.addControl(new ScaleControl({ maxWidth: container.clientWidth < NARROW_PX ? 64 : 110 }), "bottom-left");
  // A tile that did not come is asked for again when it is wanted; that nothing is live is said at the top of the page.
  map.on("error", ({ error }) => console.warn(error));
  await new Promise((done) => map.once("style.load", done));
  for (const [name, palette] of Object.entries(PALETTES)) addIcons(map, name, palette);
  const camera = createCamera(map, bounds);
  new ResizeObserver(() => {
    map.resize();
    camera.again();
  }).observe(container);
  return commands(map, createMarkers(map, Marker), camera, { styles, ordinal, theme, onTap, reviewing: false });
}

/** Moves the map, and keeps in view what it was turned to when its place on the page grows or shrinks, until a hand moves it. */
function createCamera(map, bounds) {
  const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : EASE_MS;
  let box = bounds;
  map.on("movestart", (event) => {
    if (event.originalEvent) box = null;
  });
  const fit = (wanted, duration_ms) => {
    box = wanted;
    map.fitBounds(box, { padding: paddingOf(map.getContainer()), maxZoom: 20.5, duration: duration_ms });
  };
  return {
    fit: (wanted) => fit(wanted, duration),
    again: () => box && fit(box, 0),
    go(at) {
      box = null;
      map.easeTo({ center: at, zoom: Math.max(map.getZoom(), ZOOM_TO_ZONE), duration });
    },
  };
}

function commands(map, markers, camera, shown) {
  const source = sourceOf(shown.styles.light);
  const states = new Map();
  const marked = { selected: null, mine: null };
  let chosen = null;

  const idAt = (area, name) => {
    const found = map.queryRenderedFeatures(area).find((one) => (one.sourceLayer ?? one.properties.layer) === name);
    return found?.properties.id ?? null;
  };
  const idNear = ({ x, y }, name) => idAt([[x - FINGER_PX, y - FINGER_PX], [x + FINGER_PX, y + FINGER_PX]], name);
  map.on("click", ({ lngLat, point }) =>
    shown.onTap({
      at: lngLat.toArray(),
      zoneId: idAt(point, "zones"),
      openingId: idNear(point, "openings"),
      checkpointId: idNear(point, "checkpoints"),
    }),
  );

  const ofLevel = (...more) => ["all", ["==", ["get", "ordinal"], shown.ordinal], ...more];
  const ofStatus = (layerId, otherwise) => {
    const status = statusOfLayer(layerId);
    return status ? ["==", ["get", "status"], status] : otherwise;
  };
  const filter = () => {
    if (shown.reviewing) return;
    for (const id of ALL_ROUTES) {
      map.setFilter(id, ofLevel(ofStatus(id, IS_SAFE)));
      map.setLayoutProperty(id, "visibility", chosen === null ? "visible" : "none");
    }
    for (const id of CHOSEN_ROUTE) map.setFilter(id, ofLevel(["==", ["get", "zone_id"], chosen ?? ""], ofStatus(id, true)));
    map.setFilter("turns", ofLevel());
    map.setFilter("closures", ofLevel());
  };

  const paint = (zoneId, values) => {
    if (shown.reviewing) return;
    for (const sourceLayer of ["zones", "zone_labels"]) map.setFeatureState({ source, sourceLayer, id: zoneId }, values);
  };
  const setState = (zoneId, values) => {
    states.set(zoneId, { ...states.get(zoneId), ...values });
    paint(zoneId, values);
  };

  /**
   * Draw the level and theme of now, of what is published or of the revision under review. The tile source is made anew: giving it other tiles while some of the old are on
   * their way (`setTiles`) keeps those, and a floorplan of the wrong level is the worst that a map could show.
   */
  const draw = () => {
    const style = shown.styles[shown.theme];
    for (const { id } of map.getStyle().layers) map.removeLayer(id);
    if (map.getSource(source)) map.removeSource(source);
    if (shown.reviewing) {
      for (const layer of reviewLayers(style, shown.theme, shown.ordinal)) map.addLayer(layer);
      return;
    }
    map.addSource(source, tileSource(style, shown.ordinal));
    for (const layer of layersOf(style, shown.theme)) map.addLayer(layer);
    filter();
    for (const [zoneId, values] of states) paint(zoneId, values);
  };
  draw();

  return {
    map,
    markers,
    /** Show another level, another theme, newly published styles, or (`reviewing`) the revision under review. */
    show(change) {
      if (Object.entries(change).every(([name, value]) => shown[name] === value)) return;
      Object.assign(shown, change);
      draw();
    },
    /**
     * Show what was newly published. The tiles that are there stay until the new ones are: in the middle of an incident a map
     * must not go blank. What is still on its way belongs to the old revision, so that is waited for first.
     */
    renew(styles) {
      shown.styles = styles;
      if (shown.reviewing) return;
      const give = () => {
        if (shown.reviewing || shown.styles !== styles) return;
        map.getSource(source).setTiles(tileSource(styles[shown.theme], shown.ordinal).tiles);
      };
      if (map.areTilesLoaded()) give();
      else map.once("idle", give);
    },
    /** Put GeoJSON into one of the live sources. */
    setData: (name, data) => map.getSource(name).setData(data),
    /** Colour a zone by its status; null takes it away. */
    setStatus: (zoneId, status) => setState(zoneId, { status: status ?? "" }),
    /** Mark a zone as one without a guaranteed way out, or take the mark away. */
    setUnsure: (zoneId, unsure) => setState(zoneId, { unsure }),
    /** Mark one zone as `selected` or `mine`; null marks none. */
    mark(name, zoneId) {
      if (marked[name] === zoneId) return;
      if (marked[name]) setState(marked[name], { [name]: false });
      if (zoneId) setState(zoneId, { [name]: true });
      marked[name] = zoneId;
    },
    /** Show one zone's way out alone, or those of all zones (null). */
    choose(zoneId) {
      chosen = zoneId;
      filter();
    },
    go: camera.go,
    fit: camera.fit,
  };
}

/** What the map library's own controls are called. */
const controlNames = () => ({
  "Map.Title": t("map.title"),
  "NavigationControl.ZoomIn": t("map.zoom_in"),
  "NavigationControl.ZoomOut": t("map.zoom_out"),
  "AttributionControl.ToggleAttribution": t("map.attribution"),
});
