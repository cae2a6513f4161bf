"""What a station remembers over a power cut: a port and its two forms."""
