"""The compositions of the pictures that ship: each function paints one on a primed canvas."""

import numpy as np

from tools.painting.canvas import Canvas, arc, bar, circle, polygon, spline


def circles_in_squares(canvas: Canvas) -> None:
    """Four by three squares, each with rings; neighbours in a square contrast in lightness."""
    dark = ("#1f3a72", "#7a1f2b", "#205a3c", "#43264f", "#8c2f14", "#1d4e63")
    middle = ("#d9432f", "#e07b21", "#3f7fbf", "#4f9a5b", "#c24a7a", "#7c6bb0", "#b8952c")
    light = ("#f2d24b", "#f3e6c8", "#f0a7a0", "#a9d3df", "#cfe0a0", "#f6c58a")
    tones = (dark, middle, light)
    for row in range(3):
        for column in range(4):
            x, y = (column + 0.5) / 4, (row + 0.5) / 3
            tone = (row + column) % 3
            ground = canvas.random.choice(tones[tone])
            second = canvas.random.choice(tones[tone])
            square = bar((x, y), 0.262, 0.345, 0)
            canvas.fill(square, ground, second, turn=canvas.random.uniform(0, 360), wobble=0.004)
            order = [tones[(tone + step) % 3] for step in (1, 2, 0, 2, 1)]
            rings = [str(canvas.random.choice(colours)) for colours in order]
            centre = (
                x + canvas.random.uniform(-0.01, 0.01),
                y + canvas.random.uniform(-0.01, 0.01),
            )
            canvas.rings(centre, canvas.random.uniform(0.108, 0.122), rings, wobble=0.012)


def night_circles(canvas: Canvas) -> None:
    """Discs of many sizes adrift on black, the great blue one with its halo above the middle."""
    canvas.halo((0.44, 0.38), 0.36, "#b9c7e6", 0.55)
    canvas.fill(circle((0.44, 0.38), 0.245), "#2e6cc0", "#16356f", turn=60)
    canvas.fill(circle((0.40, 0.34), 0.125), "#0d0f1c", "#1c1836", turn=20)
    canvas.fill(circle((0.345, 0.295), 0.048), "#d8574a", "#8f2433")
    discs = (
        (0.665, 0.235, 0.088, "#e8b93c", 0.92),
        (0.735, 0.290, 0.050, "#d24a33", 0.80),
        (0.640, 0.520, 0.110, "#d97fa0", 0.72),
        (0.720, 0.585, 0.072, "#54a59a", 0.80),
        (0.295, 0.640, 0.092, "#7a5fb4", 0.82),
        (0.225, 0.590, 0.044, "#f0e3bd", 0.92),
        (0.345, 0.715, 0.055, "#e67f2e", 0.85),
        (0.860, 0.430, 0.058, "#6fa8d8", 0.80),
        (0.905, 0.480, 0.026, "#f3e8c9", 0.95),
        (0.120, 0.240, 0.062, "#3f8a58", 0.85),
        (0.165, 0.195, 0.030, "#f0d24f", 0.92),
        (0.520, 0.830, 0.078, "#c43e3e", 0.85),
        (0.590, 0.790, 0.040, "#ecd9a4", 0.85),
        (0.820, 0.790, 0.096, "#4668b4", 0.80),
        (0.872, 0.735, 0.045, "#e2a23b", 0.88),
        (0.120, 0.840, 0.070, "#b85a8a", 0.72),
        (0.075, 0.800, 0.028, "#8fd0c8", 0.90),
        (0.545, 0.110, 0.036, "#9fd1e6", 0.90),
        (0.870, 0.120, 0.052, "#8a6bc0", 0.80),
        (0.260, 0.080, 0.028, "#e05b3c", 0.92),
        (0.075, 0.500, 0.030, "#dcd7cf", 0.90),
        (0.690, 0.920, 0.026, "#e9dd92", 0.92),
        (0.390, 0.930, 0.034, "#5fb0a0", 0.85),
    )
    for x, y, radius, colour, opacity in discs:
        canvas.halo((x, y), radius * 1.25, colour, 0.28)
        canvas.fill(circle((x, y), radius), colour, opacity=opacity, wobble=0.001)
        if radius > 0.05:
            inner = (x - radius * 0.2, y + radius * 0.15)
            canvas.fill(circle(inner, radius * 0.42), "#14131f", opacity=0.75, wobble=0.001)


def diagonals(canvas: Canvas) -> None:
    """Bars and rays climb from lower left to upper right across cream, stopped by two discs."""
    canvas.fill(polygon((0, 0.62), (0.42, 0), (1, 0), (1, 0.3), (0.25, 1), (0, 1)), "#f4e3b4")
    canvas.fill(bar((0.50, 0.52), 1.25, 0.115, -44), "#d8442c", "#e98a2d", turn=-44)
    canvas.fill(bar((0.40, 0.41), 1.05, 0.050, -44), "#1c2b5e", "#3f6fb5", turn=-44)
    canvas.fill(bar((0.66, 0.63), 0.95, 0.032, -44), "#16161c", wobble=0.001)
    canvas.fill(polygon((0.05, 0.93), (0.30, 0.52), (0.44, 0.86)), "#f0c33a", "#d97a1f", turn=60)
    canvas.fill(polygon((0.60, 0.40), (0.97, 0.56), (0.70, 0.80)), "#3d7f8f", "#8fc0b0", turn=30)
    canvas.fill(polygon((0.14, 0.10), (0.36, 0.05), (0.27, 0.30)), "#7d4a94", "#c26a9a", turn=90)
    canvas.fill(circle((0.755, 0.225), 0.150), "#1d2f6f", "#14142a", turn=120)
    canvas.rings((0.765, 0.215), 0.100, ["#e7b33a", "#d6452f", "#f3e7c6", "#2b5fa8"])
    canvas.fill(circle((0.215, 0.715), 0.075), "#2a6b4c", opacity=0.85)
    canvas.fill(circle((0.245, 0.690), 0.040), "#f1e4c2")
    _checkerboard(canvas, (0.80, 0.86), 0.030, 5, 3, -18, "#15151a", "#f3e8cd")
    _checkerboard(canvas, (0.13, 0.37), 0.024, 3, 4, 24, "#a3262b", "#f4dca0")
    for offset in (0.0, 0.028, 0.056, 0.084):
        canvas.stroke(arc((0.50, 0.62), 0.30 + offset, 200, 292), "#17171d", 0.006, 0.7)
    for start, end, width in (
        ((0.02, 0.98), (0.98, 0.06), 0.006),
        ((0.10, 0.99), (0.62, 0.30), 0.004),
        ((0.30, 0.02), (0.92, 0.95), 0.005),
        ((0.02, 0.20), (0.60, 0.12), 0.004),
        ((0.46, 0.96), (0.99, 0.70), 0.004),
    ):
        canvas.stroke(np.linspace(start, end, 60), "#191920", width)
    for x, y, radius, colour in (
        (0.45, 0.16, 0.024, "#d8442c"),
        (0.55, 0.92, 0.030, "#2b5fa8"),
        (0.93, 0.42, 0.020, "#17171d"),
        (0.06, 0.56, 0.026, "#e98a2d"),
        (0.36, 0.36, 0.016, "#f3e7c6"),
    ):
        canvas.fill(circle((x, y), radius), colour)


def improvisation(canvas: Canvas) -> None:
    """Wet patches whirl around the middle, warm against cool; black calligraphy rides over them."""
    warm = ("#e9b53a", "#d65a48", "#e28a36", "#f0d9a0", "#c33a34", "#f2c9a8", "#e8d04c")
    cool = ("#3d5fa8", "#6ba3cf", "#3f7f62", "#7f5aa6", "#7fc0b8", "#1e3a78", "#e9ecdf")
    middle = np.array((0.52, 0.49))
    for index in range(84):
        angle = np.radians(137.5 * index)  # the golden angle covers a disc evenly
        direction = np.array((np.cos(angle), 0.92 * np.sin(angle)))
        centre = middle + 0.74 * np.sqrt((84 - index) / 84) * direction
        is_warm = (centre[0] + centre[1] < 0.95) != (index % 4 == 0)
        colour = str(canvas.random.choice(warm if is_warm else cool))
        second = str(canvas.random.choice(warm if is_warm else cool))
        turn = float(np.degrees(angle)) + 62
        radius = canvas.random.uniform(0.06, 0.15)
        blot = circle(tuple(centre), radius, canvas.random.uniform(0.40, 0.75), turn)
        canvas.fill(blot, colour, opacity=0.5, wobble=0.06, soft=0.016, edge=0)
        canvas.fill(blot, colour, second, turn, opacity=0.88, wobble=0.06, soft=0.002, edge=0.7)
    for index in range(40):
        angle = np.radians(137.5 * index + 40)
        centre = middle + 0.55 * np.sqrt((index + 1) / 40) * np.array(
            (np.cos(angle), np.sin(angle))
        )
        dab = _ray(tuple(centre), canvas.random.uniform(0.05, 0.11), np.degrees(angle) + 75)
        colour = str(canvas.random.choice(("#f4ead0", "#14131a", "#c33a34", "#e8d04c", "#2b4f94")))
        canvas.stroke(dab, colour, canvas.random.uniform(0.008, 0.018), 0.7, 0.9, wobble=0.008)
    ink = "#14131a"
    for curve, width in (
        (spline((0.05, 0.42), (0.22, 0.28), (0.40, 0.44), (0.58, 0.24), (0.78, 0.40)), 0.016),
        (spline((0.10, 0.95), (0.26, 0.70), (0.46, 0.76), (0.62, 0.56), (0.93, 0.62)), 0.014),
        (spline((0.34, 0.05), (0.28, 0.22), (0.38, 0.34), (0.30, 0.50)), 0.010),
        (spline((0.72, 0.05), (0.82, 0.16), (0.74, 0.30), (0.88, 0.36), (0.97, 0.28)), 0.011),
        (spline((0.52, 0.97), (0.60, 0.86), (0.72, 0.92), (0.86, 0.74)), 0.012),
        (spline((0.06, 0.70), (0.16, 0.64), (0.20, 0.76), (0.12, 0.80)), 0.009),
    ):
        canvas.stroke(curve, ink, width, taper=0.85, wobble=0.003)
    for x, y, turn in ((0.47, 0.55, -62), (0.50, 0.56, -66), (0.53, 0.57, -70), (0.56, 0.585, -74)):
        canvas.stroke(_ray((x, y), 0.15, turn), ink, 0.007, taper=0.8)
    for x, y, turn in ((0.14, 0.15, 35), (0.17, 0.13, 38), (0.20, 0.11, 41)):
        canvas.stroke(_ray((x, y), 0.13, turn), "#7c1f24", 0.008, taper=0.8)
    canvas.stroke(arc((0.82, 0.66), 0.11, 150, 350), "#f3ead2", 0.010, taper=0.8)
    canvas.stroke(arc((0.82, 0.66), 0.14, 160, 335), "#d8442c", 0.008, taper=0.8)


def poles(canvas: Canvas) -> None:
    """Yellow rules on the left, blue on the right; red holds them apart in the middle."""
    canvas.halo((0.24, 0.40), 0.42, "#f5cf45", 0.9)
    canvas.halo((0.80, 0.48), 0.40, "#7fa6d6", 0.85)
    canvas.fill(
        polygon((0.07, 0.20), (0.40, 0.14), (0.36, 0.78), (0.10, 0.74)), "#f3c832", "#f7e08a"
    )
    canvas.fill(
        polygon((0.20, 0.30), (0.46, 0.24), (0.43, 0.50), (0.23, 0.54)), "#efe2b4", "#e0a52f"
    )
    canvas.fill(
        polygon((0.42, 0.30), (0.60, 0.36), (0.55, 0.66), (0.40, 0.60)), "#cf3b2e", "#e77b4c"
    )
    canvas.fill(polygon((0.48, 0.12), (0.62, 0.20), (0.54, 0.40)), "#b3263a", "#d8574a")
    canvas.fill(circle((0.775, 0.42), 0.185), "#2a5cab", "#173273", turn=70)
    canvas.fill(circle((0.735, 0.375), 0.085), "#7fb2dd", "#3f78bf", opacity=0.8)
    canvas.fill(polygon((0.60, 0.62), (0.90, 0.70), (0.74, 0.92)), "#6b4a96", "#2f2450", turn=60)
    canvas.fill(circle((0.615, 0.715), 0.070), "#e9a33a", opacity=0.9)
    canvas.fill(circle((0.190, 0.850), 0.065), "#d8503a", opacity=0.9)
    canvas.fill(circle((0.255, 0.885), 0.038), "#2b4f94")
    _checkerboard(canvas, (0.49, 0.77), 0.026, 4, 4, 32, "#17161d", "#f1e6c8")
    _checkerboard(canvas, (0.62, 0.27), 0.020, 3, 4, 12, "#26407f", "#e9dcc0")
    serpent = spline(
        (0.95, 0.10), (0.84, 0.24), (0.96, 0.42), (0.80, 0.60), (0.88, 0.78), (0.70, 0.97)
    )
    canvas.stroke(serpent, "#141319", 0.030, taper=0.9)
    for height in (0.24, 0.30, 0.36, 0.42):
        canvas.stroke(np.linspace((0.04, height + 0.06), (0.42, height), 40), "#1b1a20", 0.004)
    for x in (0.10, 0.14, 0.18):
        canvas.stroke(np.linspace((x, 0.10), (x + 0.05, 0.70), 40), "#1b1a20", 0.004)
    canvas.stroke(arc((0.30, 0.60), 0.16, 20, 200), "#1b1a20", 0.007, taper=0.6)
    canvas.stroke(arc((0.30, 0.60), 0.19, 30, 190), "#b3263a", 0.006, taper=0.6)
    canvas.stroke(np.linspace((0.33, 0.95), (0.70, 0.06), 60), "#1b1a20", 0.007)
    canvas.stroke(np.linspace((0.55, 0.96), (0.97, 0.86), 60), "#1b1a20", 0.006)


def on_white(canvas: Canvas) -> None:
    """Black spikes cross over a pale field; splinters of bright colour fly from the crossing."""
    canvas.fill(
        polygon((0.10, 0.12), (0.86, 0.05), (0.95, 0.84), (0.16, 0.95)), "#e2e4df", "#f4f1e6"
    )
    canvas.fill(
        polygon((0.22, 0.20), (0.58, 0.16), (0.50, 0.44), (0.26, 0.48)), "#e8b93a", "#f2dc8c"
    )
    canvas.fill(polygon((0.52, 0.46), (0.84, 0.40), (0.76, 0.72)), "#c9402f", "#e58a55", turn=40)
    canvas.fill(polygon((0.28, 0.58), (0.52, 0.54), (0.44, 0.84)), "#3f6db0", "#9cc0dd", turn=70)
    canvas.fill(polygon((0.62, 0.12), (0.80, 0.18), (0.70, 0.38)), "#6f4b93", "#b98cc0", turn=30)
    canvas.fill(polygon((0.54, 0.66), (0.70, 0.78), (0.50, 0.92)), "#3f8562", "#a7c98c", turn=20)
    canvas.fill(circle((0.36, 0.38), 0.100), "#d9603a", opacity=0.85)
    canvas.fill(circle((0.40, 0.35), 0.055), "#16161b")
    canvas.fill(polygon((0.03, 0.90), (0.10, 0.97), (0.97, 0.10), (0.955, 0.085)), "#131318")
    canvas.fill(polygon((0.04, 0.10), (0.10, 0.05), (0.86, 0.93), (0.84, 0.945)), "#131318")
    canvas.fill(polygon((0.46, 0.02), (0.49, 0.02), (0.62, 0.97), (0.615, 0.97)), "#26231f")
    _checkerboard(canvas, (0.72, 0.57), 0.028, 4, 4, -34, "#131318", "#f3efe2")
    _checkerboard(canvas, (0.30, 0.73), 0.024, 5, 3, 40, "#8d2430", "#f0d9b0")
    _checkerboard(canvas, (0.56, 0.29), 0.022, 3, 5, 12, "#1f3f7c", "#dfe7ea")
    for radius, colour in ((0.20, "#131318"), (0.225, "#c9402f"), (0.25, "#2f5f9f")):
        canvas.stroke(arc((0.50, 0.52), radius, 150, 262), colour, 0.011, taper=0.7)
    canvas.stroke(arc((0.70, 0.70), 0.20, -40, 95), "#131318", 0.009, taper=0.7)
    for index in range(6):
        start = (0.12 + 0.022 * index, 0.62)
        canvas.stroke(_ray(start, 0.20, -68), "#2a2a30", 0.005)
    for x, y, radius, colour in (
        (0.86, 0.30, 0.036, "#e8b93a"),
        (0.88, 0.31, 0.016, "#131318"),
        (0.14, 0.30, 0.030, "#3f8562"),
        (0.22, 0.88, 0.026, "#c9402f"),
        (0.88, 0.62, 0.022, "#6f4b93"),
        (0.66, 0.90, 0.030, "#2f5f9f"),
    ):
        canvas.fill(circle((x, y), radius), colour)


def hills(canvas: Canvas) -> None:
    """A village below blue mountains: each thing one bold patch, laid in broad strokes."""
    _hatch(canvas, 0.00, 0.34, ("#f0b23c", "#f6d77a", "#e98f4a", "#f3c0a0"), 0, 46)
    canvas.rings((0.76, 0.145), 0.085, ["#f4e08a", "#f7ecc0"], wobble=0.004)
    ridges = (
        (((0, 0.36), (0.18, 0.16), (0.34, 0.30), (0.52, 0.13), (0.72, 0.33), (1, 0.22)), "#2f4f9e"),
        (((0, 0.46), (0.22, 0.34), (0.45, 0.42), (0.66, 0.31), (1, 0.44)), "#6a4f9c"),
        (((0, 0.56), (0.25, 0.47), (0.50, 0.55), (0.78, 0.46), (1, 0.56)), "#2f7f6a"),
        (((0, 0.68), (0.30, 0.58), (0.62, 0.67), (1, 0.60)), "#8fae3c"),
        (((0, 0.80), (0.35, 0.72), (0.70, 0.78), (1, 0.70)), "#d9863a"),
        (((0, 0.92), (0.30, 0.85), (0.70, 0.90), (1, 0.83)), "#b8403c"),
    )
    shades = {
        "#2f4f9e": "#6f93cf",
        "#6a4f9c": "#b583b8",
        "#2f7f6a": "#7fb98a",
        "#8fae3c": "#d3cf5e",
        "#d9863a": "#efc064",
        "#b8403c": "#7c2f58",
    }
    for knots, colour in ridges:
        outline = np.concatenate([spline(*knots), [(1.05, 1.05), (-0.05, 1.05)]])
        canvas.fill(outline, colour, shades[colour], turn=75, wobble=0.006, edge=0.5)
        for _ in range(26):
            x = canvas.random.uniform(0, 1)
            top = np.interp(x, *np.array(knots).T)
            y = top + canvas.random.uniform(0.015, 0.10)
            tint = shades[colour] if canvas.random.random() < 0.7 else colour
            canvas.stroke(
                _ray((x, y), 0.075, canvas.random.uniform(-24, 14)), tint, 0.014, 0.6, 0.8
            )
    path = polygon((0.44, 1.0), (0.66, 1.0), (0.56, 0.80), (0.63, 0.66), (0.59, 0.66), (0.49, 0.80))
    canvas.fill(path, "#f2d9a0", "#e9a9a0", wobble=0.006)
    for x, y, scale, wall, roof in (
        (0.20, 0.66, 1.0, "#f3e6c9", "#c9362e"),
        (0.33, 0.71, 0.8, "#e9b0a8", "#3f4f9e"),
        (0.76, 0.64, 1.1, "#f0d27a", "#a32a44"),
        (0.89, 0.69, 0.8, "#a9c8dc", "#d9702c"),
    ):
        _house(canvas, x, y, 0.085 * scale, wall, roof)
    for x, y, height in (
        (0.08, 0.72, 0.24),
        (0.47, 0.64, 0.20),
        (0.96, 0.78, 0.26),
        (0.12, 0.93, 0.2),
    ):
        tree = polygon((x - height * 0.17, y), (x, y - height), (x + height * 0.17, y))
        canvas.fill(tree, "#1f4f46", "#4f8f52", wobble=0.006, edge=0.6)
        canvas.stroke(np.linspace((x, y + 0.03), (x, y - height * 0.6), 30), "#1b1a22", 0.008)


def _ray(start: tuple[float, float], length: float, turn: float) -> np.ndarray:
    """Returns a straight curve from a point in a direction."""
    end = np.array(start) + length * np.array((np.cos(np.radians(turn)), np.sin(np.radians(turn))))
    return np.linspace(start, end, 40)


def _checkerboard(
    canvas: Canvas,
    centre: tuple[float, float],
    side: float,
    columns: int,
    rows: int,
    turn: float,
    dark: str,
    light: str,
) -> None:
    across = np.array((np.cos(np.radians(turn)), np.sin(np.radians(turn))))
    down = np.array((-across[1], across[0]))
    for row in range(rows):
        for column in range(columns):
            offset = (column - (columns - 1) / 2) * across + (row - (rows - 1) / 2) * down
            x, y = np.array(centre) + offset * side
            colour = dark if (row + column) % 2 else light
            canvas.fill(bar((x, y), side, side, turn), colour, wobble=0.001)


def _hatch(
    canvas: Canvas, top: float, bottom: float, colours: tuple[str, ...], turn: float, rows: int
) -> None:
    """Covers a band with broad horizontal strokes."""
    for y in np.linspace(top, bottom, rows):
        for x in np.linspace(-0.05, 0.95, 9):
            start = (x + canvas.random.uniform(-0.06, 0.06), y)
            colour = str(canvas.random.choice(colours))
            stroke = _ray(start, 0.17, turn + canvas.random.uniform(-9, 9))
            canvas.stroke(stroke, colour, 0.017, taper=0.5, opacity=0.85)


def _house(canvas: Canvas, x: float, y: float, side: float, wall: str, roof: str) -> None:
    canvas.fill(bar((x, y), side, side, 0), wall, wobble=0.003, edge=0.5)
    top = y - side / 2
    gable = polygon((x - side * 0.68, top), (x, top - side * 0.72), (x + side * 0.68, top))
    canvas.fill(gable, roof, wobble=0.003, edge=0.5)
    canvas.fill(bar((x, y + side * 0.1), side * 0.24, side * 0.3, 0), "#22305f", wobble=0.002)
