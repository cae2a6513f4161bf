// What is drawn on the charger, as SVG: the faces of the two plugs, a car, and the signs on the screen.
const pin = (x, y, r) => `<circle cx="${x}" cy="${y}" r="${r}" class="pin"/><circle cx="${x}" cy="${y}" r="${r * 0.42}" class="pin-core"/>`;

// Combined Charging System 2: the seven contacts of a type 2 above, two for direct current below.
export const CCS2 = `<g class="plug-face">
  <path class="plug-body" d="M60 6c-24 0-36 12-36 32 0 14 6 22 12 27-8 4-14 11-14 21 0 15 12 24 27 24h22c15 0 27-9 27-24 0-10-6-17-14-21 6-5 12-13 12-27 0-20-12-32-36-32z"/>
  <path class="plug-recess" d="M39 17h42c6 5 8 12 8 20 0 17-13 29-29 29S31 54 31 37c0-8 2-15 8-20z"/>
  ${pin(60, 38, 6)}${pin(45, 38, 6)}${pin(75, 38, 6)}${pin(51, 53, 6)}${pin(69, 53, 6)}${pin(52, 25, 3.8)}${pin(68, 25, 3.8)}
  <rect class="plug-recess" x="29" y="73" width="62" height="30" rx="15"/>${pin(45, 88, 10)}${pin(75, 88, 10)}</g>`;

// CHAdeMO: two for direct current side by side, two groups for signals above and below.
export const CHADEMO = `<g class="plug-face">
  <circle class="plug-body" cx="60" cy="58" r="48"/><circle class="plug-recess" cx="60" cy="58" r="38"/>
  ${pin(42, 58, 10.5)}${pin(78, 58, 10.5)}
  <circle class="plug-body" cx="60" cy="34" r="11"/>${pin(56, 31, 2.6)}${pin(64, 31, 2.6)}${pin(56, 38, 2.6)}${pin(64, 38, 2.6)}
  <circle class="plug-body" cx="60" cy="82" r="11"/>${pin(56, 79, 2.6)}${pin(64, 79, 2.6)}${pin(56, 86, 2.6)}${pin(64, 86, 2.6)}</g>`;

export const CAR = `<path class="car-body" d="M6 44c0-7 4-11 12-12l14-3c8-9 18-15 34-15h14c13 0 22 6 30 15l8 2c9 2 12 6 12 13v4c0 3-2 5-5 5h-7a13 13 0 0 0-26 0H52a13 13 0 0 0-26 0H12c-4 0-6-2-6-5z"/>
  <path class="car-glass" d="M40 29c6-6 14-9 25-9v10H39zM70 20h10c9 0 15 3 21 10H70z"/>
  <circle class="car-wheel" cx="39" cy="53" r="9.5"/><circle class="car-hub" cx="39" cy="53" r="4"/><circle class="car-wheel" cx="105" cy="53" r="9.5"/><circle class="car-hub" cx="105" cy="53" r="4"/>`;

// Signs in a box of 48, drawn as lines.
export const SIGNS = {
  plug: "M17 6v11M31 6v11M12 17h24v7a12 12 0 0 1-24 0zM24 36v8",
  badge: "M8 12h32v24H8zM14 30h8M14 24h12M33 19v0M30 21a4 4 0 0 1 6 0",
  wave: "M14 18a8 8 0 0 1 0 12M20 13a15 15 0 0 1 0 22M26 8a23 23 0 0 1 0 32",
  check: "M10 25l10 10 19-22",
  clock: "M24 7a17 17 0 1 0 0 34 17 17 0 0 0 0-34zM24 14v11l8 5",
  cross: "M13 13l22 22M35 13L13 35",
  warning: "M24 7l19 34H5zM24 20v10M24 35v1",
  pause: "M18 12v24M30 12v24",
  lock: "M13 22h22v18H13zM17 22v-6a7 7 0 0 1 14 0v6",
  wait: "M24 7a17 17 0 0 1 17 17",
  bolt: "M27 5L12 27h11l-2 16 15-22H25z",
};
