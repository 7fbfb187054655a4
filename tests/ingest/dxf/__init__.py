"""Tests of the reader of DXF drawings, part by part."""
