"""Zones and doors that a file gives as such: made free of overlaps, joined by where they lie, checked for ways out. Shared
by all formats that say what a space is, rather than where its walls are."""
