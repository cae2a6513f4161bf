"""Files: what stations upload, and the firmware images they fetch, by places that open once."""
