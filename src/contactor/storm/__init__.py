"""Floor 5: both ends in one virtual world, lived in by people, broken by storms, and watched by checkers."""
