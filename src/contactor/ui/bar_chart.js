// Bars for names, the longest for the highest value; each value stands beside its bar as text.
import * as words from "/kit/words.js";

export default {
  template: `
    <section class="bars" :aria-label="label">
      <dl v-if="bars.length">
        <div v-for="b in bars" :key="b.name"><dt :title="b.name">{{ b.name }}</dt><dd><span class="bar" aria-hidden="true"><i :style="{width: width(b)}"></i></span><b>{{ text(b) }}</b></dd></div>
      </dl>
      <p v-if="left" class="muted">{{ left }} more are in the table.</p>
    </section>`,
  props: { bars: Array, label: String, unit: String, decimals: { type: Number, default: 0 }, top: Number, left: Number },
  methods: {
    width(b) {
      const top = this.top ?? Math.max(...this.bars.map((each) => each.value ?? 0));
      return `${top > 0 ? Math.min(100, ((b.value ?? 0) / top) * 100).toFixed(2) : 0}%`;
    },
    text(b) { return b.value === null ? words.none : `${words.number(b.value, this.decimals)} ${this.unit}`.trim(); },
  },
};
