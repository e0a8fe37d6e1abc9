"""Plotly figures from plain data, shared by the pages and the HTML review."""
