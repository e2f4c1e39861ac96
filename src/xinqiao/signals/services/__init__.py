"""The verbs of the room; import them from the module that holds them."""
