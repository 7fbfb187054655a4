"""Benchmarks: each module measures one thing beside its peer in one run and returns a Markdown section."""
