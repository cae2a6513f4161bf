// The state of a station, kept once for all parts of a page: the whole first, then merge patches (RFC 7396).
import { follow } from "/kit/live.js";

const known = new Map();
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function merged(before, patch) {
  const after = { ...before };
  for (const [name, value] of Object.entries(patch))
    after[name] = isObject(after[name]) && isObject(value) ? merged(after[name], value) : value;
  return after;
}
export function watch(name, callback) {
  let copy = known.get(name);
  if (!copy) {
    known.set(name, (copy = { state: null, callbacks: new Set() }));
    follow(`station:${name}`, (news) => {
      if (news.state) copy.state = news.state;
      else if (news.change && copy.state) copy.state = merged(copy.state, news.change);
      if (copy.state) for (const each of copy.callbacks) each(copy.state);
    });
  }
  copy.callbacks.add(callback);
  if (copy.state) callback(copy.state);
  return () => copy.callbacks.delete(callback);
}

// What every part of the panel has: the state as `s`, its outlets in order, and a way to tell what was pressed.
export const part = {
  props: { station: String },
  data: () => ({ s: null }),
  computed: {
    outlets() { return Object.values(this.s?.outlets ?? {}).sort((a, b) => a.number - b.number); },
    isStopped() { return Boolean(this.s?.emergency_stops.some((each) => each.is_active)); },
  },
  mounted() { this.unwatch = watch(this.station, (state) => (this.s = state)); },
  unmounted() { this.unwatch(); },
  methods: {
    press(verb, where = {}, body = {}) { this.$emit("press", { verb, ...where, body }); },
  },
};

// The car that is to come to each outlet, as chosen beside the charger: the holster's button plugs it in.
export const arrivals = {};
