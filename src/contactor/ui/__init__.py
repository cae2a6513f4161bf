"""What console and front panel share: the look, the frame of a page, and components that receive only what is new."""
