"""Telegram: messages in, commits, acknowledgements and replies out.

updates.py    what of an update is kept: the first thing that happens to it
screens.py    a reply as calls of the Bot API, and nothing of HTTP
client.py     the calls themselves, through python-telegram-bot's network layer
sending.py    how fast they may leave, and what to do when one is refused
receiving.py  one update: play it, wait for the commit, send the reply; polling and webhook
menu.py       the commands and descriptions that Telegram shows before anything is said
"""
