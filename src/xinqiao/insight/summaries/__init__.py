"""Periodic summaries: counts of the records of a period, a text drafted from them, and the paper."""
