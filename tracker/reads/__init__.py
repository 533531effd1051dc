"""Pages as they are read: each module asks what one page shows and hands it out as frozen dataclasses. Nothing here writes."""
