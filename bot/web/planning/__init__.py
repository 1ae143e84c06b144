"""Findings and the plan of an audit on pages: what was found, what is done about it, and who was told.

Leads and auditors see all of it. Owners see what is theirs to do. The board sees its questions and what came of them:
findings reach it in the reports that are published. All that is written here is written as a case, question by
question; a button begins it with what is known already.
"""
