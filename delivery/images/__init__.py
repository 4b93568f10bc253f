"""`cartorio image`: whether images are trusted and why, what a stack runs, and how a vendor's image comes in."""
