"""What a rehearsal or a drill came to, told to people: at a terminal, and as one page to send."""
