"""The charts of a rehearsal: the sources' own where they can be reached, stand-ins elsewhere, and their definitions."""
