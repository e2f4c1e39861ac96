"""Pages of the room; each module is one reader's desk."""
