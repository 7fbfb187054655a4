/** Spanish: all that somebody in an incident reads. The work before and after one is in English. */

import { incident } from "./strings_es_incident.js";
import { page } from "./strings_es_page.js";

export const es = { ...page, ...incident };
