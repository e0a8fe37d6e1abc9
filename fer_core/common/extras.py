"""How what a bare installation lacks is installed, in words."""


def how_to_install(extra: str) -> str:
    """Returns the command that installs an extra of pyproject.toml.

    It names a checkout: the package is not on PyPI, where anyone could take its name.
    """
    return f"pip install '.[{extra}]' in a checkout of FER Studio"
