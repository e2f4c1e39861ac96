"""The verbs of this room, by what they are about: rounds, self-scoring, checking, appeals, mending, guests, reports."""
