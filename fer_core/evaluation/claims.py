"""Published results on FER2013, and how each was chosen; only those whose source was read."""

from dataclasses import dataclass
from typing import Literal

Choice = Literal["other faces", "the test faces", "not known"]


@dataclass(frozen=True)
class Claim:
    """A published accuracy on FER2013's seven emotions.

    Attributes:
        who: Network and authors, as people know them.
        accuracy: As published, 0..1.
        networks: How many are averaged; None where several are, and what was read names no number.
        chosen_by: Which faces chose the epoch, the schedule or the networks.
        how: In what way, as its code or text says.
        reproduced: What others made of it.
        sources: Addresses that were read.
    """

    who: str
    accuracy: float
    networks: int | None
    chosen_by: Choice
    how: str
    reproduced: str
    sources: tuple[str, ...]


_WUJIE = "https://github.com/WuJie1010/Facial-Expression-Recognition.Pytorch"
_RMN = "https://github.com/phamquiluan/ResidualMaskingNetwork"
_RESEMOTE = "https://github.com/ArnabKumarRoy02/ResEmoteNet"
_LETHESEC = "https://github.com/LetheSec/Fer2013-Facial-Emotion-Recognition-Pytorch"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "ResEmoteNet",
        0.7979,
        1,
        "not known",
        "epoch by a folder `valid`; which faces are in its folders is not said, and the data the "
        "authors shared differ from the paper's counts (issue 32)",
        "no: the authors' weights on the authors' test faces give 71.57 % (issue 13); training "
        "again about 60 % (issues 16, 23, 39), or over 90 % on the data they shared (issue 49)",
        (_RESEMOTE, f"{_RESEMOTE}/issues/13", f"{_RESEMOTE}/issues/32", f"{_RESEMOTE}/issues/39"),
    ),
    Claim(
        "Residual Masking Network and 6 others (Pham et al.)",
        0.7682,
        7,
        "the test faces",
        "`gen_ensemble.py` of commit f9e565a tries every subset of networks and keeps the one with "
        "the most right answers on `test_targets`",
        "not found",
        (_RMN, f"{_RMN}/blob/f9e565af0a978541121b19ac891eb40d26e55ccc/gen_ensemble.py"),
    ),
    Claim(
        "Ensemble (Pramerdorfer & Kampel 2016)",
        0.752,
        None,
        "not known",
        "only the abstract could be read",
        "not found",
        ("https://ar5iv.labs.arxiv.org/html/1612.02903",),
    ),
    Claim(
        "Residual Masking Network (Pham et al.)",
        0.7414,
        1,
        "other faces",
        "README: checkpoints chosen by validation accuracy",
        "no: users came to 73.6 % at most (issue 9)",
        (_RMN, f"{_RMN}/issues/9"),
    ),
    Claim(
        "ResNet18 (LetheSec)",
        0.7370,
        1,
        "the test faces",
        "`dataset.py` makes PrivateTest the validation faces, by which `train.py` keeps the best "
        "epoch and lowers the rate; ten crops",
        "disputed: a user did not come to it by the README, the author did again (issue 3)",
        (
            _LETHESEC,
            f"{_LETHESEC}/blob/aef307df57e6075742707a0d8178df19a69779ca/dataset.py",
            f"{_LETHESEC}/issues/3",
        ),
    ),
    Claim(
        "VGGNet (Khaireddin & Chen 2021)",
        0.7328,
        1,
        "the test faces",
        "`data/fer2013.py` makes PrivateTest the validation faces, by which `train.py` keeps the "
        "best epoch and lowers the rate",
        "not found",
        (
            "https://github.com/usef-kh/fer",
            "https://github.com/usef-kh/fer/blob/0afce8814c257c717404d5545c0c09a91662eaaf/data/fer2013.py",
        ),
    ),
    Claim(
        "VGG19 (WuJie1010)",
        0.73112,
        1,
        "the test faces",
        "`mainpro_FER.py` keeps the epoch with the best accuracy on PrivateTest; ten crops",
        "not found",
        (_WUJIE, f"{_WUJIE}/blob/94c85f27b75026aaf0f5f0b73ac822fa1bb0d639/mainpro_FER.py"),
    ),
    Claim(
        "ResNet50 with ImageNet weights (Pham et al.)",
        0.7286,
        1,
        "other faces",
        "README: checkpoints chosen by validation accuracy",
        "not found; a user came to 62 to 65 % on PublicTest with three others of the list "
        "(issue 30)",
        (_RMN, f"{_RMN}/issues/30"),
    ),
    Claim(
        "VGG19 (ShaoEnChen/EmoClass2019)",
        0.72834,
        1,
        "other faces",
        "README names its best validation accuracy, 70.967 %, beside the test's",
        "not found",
        ("https://github.com/ShaoEnChen/EmoClass2019",),
    ),
    Claim(
        "mini-XCEPTION (Arriaga et al.)",
        0.66,
        1,
        "the test faces",
        "`train_emotion_classifier.py` chooses the epoch by a fifth of the faces it loads, and "
        "has no others to test on",
        "by us, chosen on PublicTest: see `mini_xception`",
        (
            "https://github.com/oarriaga/face_classification",
            "https://github.com/oarriaga/face_classification/blob/0b6e0c650bbe73de2846ff556ee6e390b572f951/src/train_emotion_classifier.py",
        ),
    ),
)
"""Best first."""


def as_markdown() -> str:
    """Returns the claims as a Markdown table, for `docs/claims.md`."""
    lines = [
        "| Who | Published | Networks | Chosen by | How | Did others come to it? | Read |",
        "|---" * 7 + "|",
    ]
    for claim in CLAIMS:
        links = ", ".join(f"[{n}]({source})" for n, source in enumerate(claim.sources, 1))
        lines.append(
            f"| {claim.who} | {100 * claim.accuracy:.2f} % | {claim.networks or 'several'} "
            f"| {claim.chosen_by} | {claim.how} | {claim.reproduced} | {links} |"
        )
    return "\n".join(lines)
