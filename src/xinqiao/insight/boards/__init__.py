"""The wall board of an organisation: how its plans stand, on one screen that everybody who walks by may read."""
