"""The ground floor: places, incidents, routes and frames as plain values. Imports nothing above it."""
