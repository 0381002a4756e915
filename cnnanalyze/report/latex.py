"""LaTeX: texts in which nothing means anything to it."""

from __future__ import annotations

from cnnanalyze.characters import legible

SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "×": r"$\times$",
    "≥": r"$\geq$",
    "≈": r"$\approx$",
    "−": "$-$",
    "→": r"$\to$",
    "Σ": r"$\Sigma$",
    "Φ": r"$\Phi$",
    "β": r"$\beta$",
    "γ": r"$\gamma$",
    "ε": r"$\varepsilon$",
    "μ": r"$\mu$",
    "π": r"$\pi$",
    "σ": r"$\sigma$",
    "√": r"$\surd$",
    "≠": r"$\neq$",
    "≤": r"$\leq$",
    "₁": "$_1$",
    "₂": "$_2$",
    "ᵀ": "$^T$",
    "⌊": r"$\lfloor$",
    "⌋": r"$\rfloor$",
    "⌈": r"$\lceil$",
    "⌉": r"$\rceil$",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "…": r"\dots{}",
    "–": "--",
}
"""What characters that mean something to LaTeX, or that its fonts lack, are written as."""


_TRANSLATION = str.maketrans(SPECIAL)


def escape(text: str) -> str:
    r"""Return a text in which nothing means anything to LaTeX.

    Examples
    --------
    >>> print(escape("batch_norm 50%"))
    batch\_norm 50\%
    """
    return legible(text.replace("\n", " ")).translate(_TRANSLATION)
