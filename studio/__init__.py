"""Everything that imports Streamlit: page header, cached loaders, widgets, sections of pages."""
