// Says above the page that what is shown is old, while it is.
import { follow } from "/kit/live.js";

export default {
  template: `<div v-if="state.state === 'stale'" class="banner" role="alert"><b>What you see may be old.</b><span>{{ state.reason }}</span></div>`,
  data: () => ({ state: { state: "connecting", reason: "" } }),
  mounted() { this.stop = follow("state", (state) => (this.state = state)); },
  unmounted() { this.stop(); },
};
