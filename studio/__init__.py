"""Everything that imports Streamlit: page header, cached loaders, widgets, sections of pages."""

# Before TensorFlow, which a comparison imports into the server: its BoringSSL takes the place of
# the OpenSSL that the webcam's encryption is built for, and to load that later ends the process.
import pylibsrtp as _pylibsrtp  # noqa: F401
