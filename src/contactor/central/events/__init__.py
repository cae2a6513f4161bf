"""What happened, numbered: written with the facts themselves, read from any number on, and told live."""
