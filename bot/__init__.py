"""Does: channels, the turn loop, web pages and the command line."""
