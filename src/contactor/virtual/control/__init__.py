"""The control API: the state of running virtual stations, the verbs of the people around them, and a live feed."""
