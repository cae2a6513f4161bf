"""Floor 4: a whole virtual charger, station software on simulated hardware, and the people around it."""
