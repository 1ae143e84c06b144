"""What happens around turns: opening and closing audits, and what else people with a role do."""
