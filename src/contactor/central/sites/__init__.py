"""Sites: a limit of power, shared among the cars that charge there."""
