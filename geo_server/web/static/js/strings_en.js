/** English. */

import { floorplans } from "./strings_en_floorplans.js";
import { incident } from "./strings_en_incident.js";
import { page } from "./strings_en_page.js";
import { readiness } from "./strings_en_readiness.js";
import { rounds } from "./strings_en_rounds.js";
import { replay } from "./strings_en_replay.js";
import { sharing } from "./strings_en_sharing.js";

export const en = { ...page, ...incident, ...floorplans, ...readiness, ...rounds, ...replay, ...sharing };
