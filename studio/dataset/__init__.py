"""The sections of the Dataset page, from where the faces come from to what to doubt of them."""
