"""Drawings in: bytes to a floorplan and findings. Pure; the only package that knows ezdxf."""
