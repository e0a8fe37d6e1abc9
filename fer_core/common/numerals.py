"""How figures are written for people."""


def percent(share: float) -> str:
    """Returns a share, 0..1, as people read it, one decimal: "69.1 %"."""
    return f"{100 * share:.1f} %"


def clock(seconds: float) -> str:
    """Returns a time or a length as people read it: "0.4 s", "9.9 s", "0:10", "12:05"."""
    if round(seconds, 1) < 10:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def p_value(p: float) -> str:
    """Returns a probability as in "p < 0.001" or "p = 0.012"."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
