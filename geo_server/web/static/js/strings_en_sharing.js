/** English: what is said to those who let others in, and of what these may see. */

export const sharing = {
  "share.open": "Share with responders",
  "share.title": "Share with responders",
  "share.words":
    "Whoever opens a link sees this incident on their phone without an account: threats, rooms, orders and routes, no names. They change nothing. It ends after the all-clear.",
  "share.label": "For whom",
  "share.label_like": "Car 12, lobby …",
  "share.make": "Make a link",
  "share.links": "Links of this incident",
  "share.none": "None yet.",
  "share.once": "Shown only now: let it be scanned, or copy it.",
  "share.address": "Address of the link",
  "share.qr": "QR code of the link",
  "share.copy": "Copy the link",
  "share.copied": "Copied.",
  "share.copy_yourself": "This browser does not let the page copy: copy the marked address.",
  "share.devices.one": "{n} device",
  "share.devices.other": "{n} devices",
  "share.last": "the last",
  "share.unused": "Not opened yet",
  "share.ends": "Ends at the latest {time}",
  "share.revoked": "Revoked {time}",
  "share.over": "Over",
  "share.revoke": "Revoke",
};
