"""A synthetic district, the same for the same seed, with histories relative to today. No real names, phones or ids."""
