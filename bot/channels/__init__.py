"""Where people are reached: each channel turns what comes in into moves, and shows what goes out."""
