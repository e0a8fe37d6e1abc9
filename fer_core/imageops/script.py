"""A pipeline as a Python script that needs nothing of this package."""

import shlex

from fer_core.imageops.files import convert_files
from fer_core.imageops.pipeline import OperationPipeline
from fer_core.imageops.source import excerpt

_PACKAGES = {
    "cv2": "opencv-python-headless<5",
    "numpy": "numpy",
    "PIL": "pillow",
    "pillow_heif": "pillow-heif",
    "matplotlib": "matplotlib",
    "fontTools": "fonttools",
    "manimgx_fonts": "manimgx-fonts",
    "manimgx_fonts_cjk": "manimgx-fonts-cjk",
}


def to_script(pipeline: OperationPipeline) -> str:
    """Returns a script that does to every picture it is given what the pipeline does.

    It holds the source of the functions that the pipeline runs, and reads its pictures with
    `glob`: `python pipeline.py "photos/**/*.jpg" --out results`.
    """
    functions = [step.operation.function for step in pipeline.active]
    code = excerpt([*functions, convert_files], docstrings=True)
    modules = {name.split()[0] for name in code.imports.get("", ())} | set(code.imports)
    packages = sorted(_PACKAGES[top] for top in {m.split(".")[0] for m in modules} & set(_PACKAGES))
    titles = ", ".join(step.operation.title for step in pipeline.active) or "no step"
    steps = "\n".join(f"    image = {step.call}" for step in pipeline.active)
    run = f'''def run(image: np.ndarray) -> np.ndarray:
    """{titles}."""
{steps}{chr(10) if steps else ""}    return image
'''
    code.imports.setdefault("", set()).add("numpy as np")
    return f'''"""{titles}: an image pipeline exported by FER Studio.

    pip install {shlex.join(packages)}
    python pipeline.py "photos/**/*.jpg" --out results
"""

{code.text}

{run}

if __name__ == "__main__":
    convert_files(run)
'''
