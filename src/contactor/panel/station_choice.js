// Chooses the station whose panel is shown.
export default {
  template: `
    <div class="station-choice">
      <select class="choice" aria-label="Station" :value="chosen" @change="go($event.target.value)"><option v-for="n in names" :key="n" :value="n">{{ n }}</option></select></div>`,
  props: { names: Array, chosen: String },
  methods: { go(name) { location.href = `/stations/${encodeURIComponent(name)}`; } },
};
