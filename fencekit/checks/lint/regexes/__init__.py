"""Regular expressions as Python parses them: samples, anchors, and how they backtrack."""
