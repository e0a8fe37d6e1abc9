"""The sections of the Model comparison page, from the question to the answer."""
