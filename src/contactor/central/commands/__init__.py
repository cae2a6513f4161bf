"""What operators have stations do: orders checked, kept, sent in line, and followed to what came of them."""
