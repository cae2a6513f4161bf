"""The routes of the control API, a file for each kind of question."""
