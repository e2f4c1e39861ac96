"""The verbs of this room: rounds, applying, judging and objecting."""
