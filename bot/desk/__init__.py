"""What people with a role read in a chat beside the questions, and the buttons under it."""
