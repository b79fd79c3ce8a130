"""What leaves the house: evidence packs, their verification, and reports that people read."""
