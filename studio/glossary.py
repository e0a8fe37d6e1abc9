"""Every word of the field that the app uses, explained once: here and in docs/glossary.md."""

import streamlit as st

TERMS: dict[str, str] = {
    "accuracy": "share of test faces whose likeliest class is the label",
    "always one answer": (
        "what a model scores that looks at nothing and always gives the most frequent "
        "emotion; the least that any model must beat"
    ),
    "augmentation": (
        "random changes of a training face (turned, shifted, darker ...), drawn again each "
        "time it is seen"
    ),
    "average precision": (
        "area under the precision-recall curve of one emotion against the rest; 1 is perfect"
    ),
    "balanced accuracy": (
        "mean of the recalls of all classes, so that rare classes count as much as common ones"
    ),
    "Brier score": (
        "mean squared difference between the probabilities and the truth; lower is better"
    ),
    "calibration": "whether a confidence of 80 % is right 80 % of the time",
    "confident learning": (
        "finding labels that are probably wrong from a network's answers on faces it was "
        "not trained on (Northcutt et al. 2021)"
    ),
    "confusion matrix": "counts of faces by label (rows) and answer (columns)",
    "contender": "a saved model in a comparison, with all that is known of how well it does",
    "copy, duplicate": (
        "a face that is in FER2013 more than once, exactly or nearly; a copy in training "
        "makes a test face easier"
    ),
    "doubtful label": "a label that confident learning finds improbable",
    "ECE": (
        "expected calibration error: mean gap between confidence and accuracy over bins of "
        "confidence (Guo et al. 2017)"
    ),
    "ensemble": "several models whose probabilities are averaged, each by its weight",
    "F1": "harmonic mean of precision and recall: high only where both are",
    "FER+": "FER2013 labelled again by ten people for each face (Barsoum et al. 2016)",
    "FER2013": (
        "35,887 gray faces of 48 x 48 pixels found by web search, labelled with seven "
        "emotions (Goodfellow et al. 2013)"
    ),
    "frozen": (
        "a trunk whose weights training leaves as ImageNet made them; only the layers on top learn"
    ),
    "Grad-CAM": (
        "a map of where in the face a network's answer comes from (Selvaraju et al. 2017)"
    ),
    "Gram matrix": (
        "which features of a painting occur together; what style transfer matches (Gatys et "
        "al. 2016)"
    ),
    "Haar cascade": (
        "OpenCV's older face detector, which needs no file of its own (Viola and Jones 2001)"
    ),
    "Holm's correction": (
        "makes p-values larger where many pairs are tested at once, so that chance alone "
        "seldom makes one look real"
    ),
    "hosted": (
        "running for strangers on a public server: stricter limits, no paths taken from a visitor"
    ),
    "interval": (
        "95 % bootstrap interval over test faces: where the figure would fall had other "
        "faces been drawn"
    ),
    "LiteRT": "the runtime, formerly TensorFlow Lite, that classifies; it starts in about 0.1 s",
    "log-loss": (
        "mean of minus the logarithm of the probability given to the truth: being sure and "
        "wrong costs most; lower is better"
    ),
    "macro-F1": "mean of F1 over all classes",
    "McNemar's test": (
        "whether two models differ, from the faces that only one of them reads correctly; "
        "p-values are corrected for the number of pairs (Holm)"
    ),
    "MMACs": "million multiplications with addition that one face costs",
    '"not sure"': "the answer where the likeliest class has less confidence than the threshold",
    "optimistic": "a figure from faces that also selected the model",
    "Pareto front": "the models that nothing cheaper matches in accuracy",
    "people, 65 ± 5 %": (
        "how many of FER2013's faces people label as the data set does (Goodfellow et al. 2013)"
    ),
    "precision": "share of the answers of one emotion that are right",
    "protocol": (
        "which classes, and which faces train, select and test: `fer2013`, `r3`, `r4`, `r5`"
    ),
    "PublicTest, PrivateTest": (
        "FER2013's two test splits, 3,589 faces each; here the first selects and the second "
        "judges, once"
    ),
    "recall": "share of one emotion's faces that are found",
    "recipe": "everything that decides how a training comes out, except the data",
    "record": "`evaluation.json`: the stored judgement of a saved model",
    "report, R1 to R5": "the five reports whose models are rebuilt here",
    "robustness": "accuracy on faces that were blurred, darkened, turned ... on purpose",
    "saved model": "a folder `weights/<name>/` with a trained network and its judgement",
    "severity": "how strong a disturbance is, from 1 to 5; 0 is the face as it is",
    "temperature": (
        "a number that softens or sharpens all probabilities of a model, fitted on validation faces"
    ),
    "trunk": "a network trained on ImageNet whose features a model uses",
    "warm start": "training that begins with a saved model's weights",
    "YuNet": (
        "a small neural face detector (Wu et al. 2023), 233 kB, downloaded when it is first needed"
    ),
}
"""Meaning here by term, in the order of the alphabet."""


def as_markdown() -> str:
    """Returns all terms as a table."""
    rows = "\n".join(f"| **{term}** | {meaning} |" for term, meaning in TERMS.items())
    return f"| term | means here |\n|---|---|\n{rows}\n"


def explain(*terms: str) -> None:
    """Draws a "?" that opens what these words mean, and all the others.

    Args:
        terms: Keys of `TERMS`, those that stand beside it.
    """
    with st.popover("What the words mean", icon=":material/help:", type="tertiary"):
        st.markdown("\n".join(f"- **{term}**: {TERMS[term]}" for term in terms))
        if st.button("All words", key=f"words {' '.join(terms)}", type="tertiary"):
            _show_all()


@st.dialog("What the words mean", width="large")
def _show_all() -> None:
    st.markdown(as_markdown())
