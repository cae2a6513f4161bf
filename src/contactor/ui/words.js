// How numbers, times and statuses are written everywhere. Everything returns text or DOM-safe values, never markup.
const NONE = "–";
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const minutes = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
const dated = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false });

export const none = NONE;
export function number(value, decimals = 0) {
  if (value === null || value === undefined || !Number.isFinite(Number(value))) return NONE;
  const [whole, part] = Math.abs(Number(value)).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, "\u2009");
  return (Number(value) < 0 ? "\u2212" : "") + grouped + (part ? "." + part : "");
}
export const time = (ms) => clock.format(ms);
const precise = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
export const second = (ms) => (ms === null || ms === undefined ? NONE : precise.format(ms));
export const hours = (ms) => minutes.format(ms);
export const instant = (ms) => (ms === null || ms === undefined ? NONE : dated.format(ms));
export const utc = (ms) => (ms === null || ms === undefined ? "" : new Date(ms).toISOString().replace("T", " ").replace(/\.\d+Z/, " UTC"));
export function ago(ms) {
  if (ms === null || ms === undefined) return NONE;
  const seconds = Math.round((Date.now() - ms) / 1000);
  if (seconds < 5) return "now";
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]])
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  return NONE;
}
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return NONE;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.floor(seconds)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
const KINDS = { Available: "available", Charging: "charging", Preparing: "preparing", Finishing: "preparing",
  Suspended: "suspended", SuspendedEV: "suspended", SuspendedEVSE: "suspended", Reserved: "reserved", Faulted: "faulted" };
const GOOD = new Set("Accepted active online stopped answered Unlocked good installed".split(" "));
const BAD = new Set("Rejected refused failed Faulted NotSupported UnlockFailed Failed timed_out offline suspect bad critical failing rejected abandoned".split(" "));
export function kind(word) {
  if (Object.hasOwn(KINDS, word)) return KINDS[word];
  if (GOOD.has(word)) return "available";
  if (BAD.has(word)) return "faulted";
  return word === "open" || word === "sent" ? "charging" : word === "queued" || word === "Pending" || word === "RebootRequired" || word === "warning" || word === "drifting" ? "suspended" : "unavailable";
}
export function element(tag, classes, text) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== undefined) made.textContent = text;
  return made;
}
