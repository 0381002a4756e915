"""Traits: what a layer kind is, in words that rules, drawings and worked steps ask for.

A kind declares them on its class, so that nobody has to know its name. A kind of somebody else's
that declares the same is treated the same.
"""

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """The family of a kind: one colour in drawings, one heading in the list of kinds.

    Examples
    --------
    >>> from cnnanalyze.layers import KINDS
    >>> str(KINDS.get("gelu").category), str(KINDS.get("deconv").category)
    ('activation', 'transposed')
    """

    CONVOLUTION = "conv"
    TRANSPOSED_CONVOLUTION = "transposed"
    POOLING = "pool"
    DENSE = "linear"
    NORMALISATION = "norm"
    ACTIVATION = "activation"
    JOIN = "merge"
    SHAPE = "reshape"
    REARRANGEMENT = "rearrange"
    RESIZING = "resize"
    REGULARISATION = "regularise"
    ATTENTION = "attention"
    SEQUENCE = "sequence"
    OTHER = "other"


class Trait(StrEnum):
    """One thing that a layer kind is or does; a kind may have several.

    Examples
    --------
    >>> from cnnanalyze.layers import KINDS
    >>> Trait.MONOTONE in KINDS.get("relu").traits, Trait.MONOTONE in KINDS.get("gelu").traits
    (True, False)
    """

    # Weighted sums
    CONVOLUTION = "convolution"
    """Each output element is a weighted sum over a window, with learned weights."""
    TRANSPOSED_CONVOLUTION = "transposed_convolution"
    """Each input element is spread over a window of the output, with learned weights."""
    DENSE = "dense"
    """Each unit is a weighted sum of the whole input, with learned weights."""
    DEPTHWISE = "depthwise"
    """It filters each channel by itself."""
    SEPARABLE = "separable"
    """It filters each channel by itself, then mixes the channels of each position."""
    FULL_DEPTH = "full_depth"
    """A weighted sum reads all channels of the input, or of its group (attribute ``groups``)."""
    UNSHARED_WEIGHTS = "unshared_weights"
    """Each position has weights of its own."""
    FULLY_CONNECTED = "fully_connected"
    """Each unit has a weight for each element of the input."""
    MIXES_CHANNELS = "mixes_channels"
    """An output channel depends on several input channels, or the channels change places."""

    # Pooling
    POOLING = "pooling"
    """It makes one number of several in a channel, and learns nothing."""
    SLIDING_POOLING = "sliding_pooling"
    """It pools windows that slide over the map."""
    GLOBAL_POOLING = "global_pooling"
    """It pools each channel to one position."""
    ADAPTIVE_POOLING = "adaptive_pooling"
    """It pools to the size that is asked for."""
    MAX_POOLING = "max_pooling"
    """It takes the largest."""
    MEAN_POOLING = "mean_pooling"
    """It takes the mean."""

    # Normalisation
    NORMALISATION = "normalisation"
    """It subtracts a mean and divides by a deviation."""
    BATCH_STATISTICS = "batch_statistics"
    """Mean and variance are taken over the batch in training, and kept for inference."""
    CHANNEL_STATISTICS = "channel_statistics"
    """A mean belongs to one channel, so that a constant added to a channel is cancelled."""
    RESPONSE_NORMALISATION = "response_normalisation"
    """It divides by what neighbouring channels hold, and subtracts no mean."""

    # Activations
    ACTIVATION = "activation"
    """A nonlinear function of each number by itself."""
    ARITHMETIC = "arithmetic"
    """A step of a computation, from which activations are put together."""
    RECTIFIER = "rectifier"
    """Nothing below zero comes out; what lies above is passed on, maybe up to a ceiling."""
    MONOTONE = "monotone"
    """It never falls, so the largest number stays the largest."""
    SATURATING = "saturating"
    """It is flat on both sides, where gradients vanish."""
    SOFTMAX = "softmax"
    """It compares the channels of a position, so that their exponentials add up to 1."""
    PROBABILITIES = "probabilities"
    """Numbers between 0 and 1 come out, as a loss on probabilities takes them."""
    LOG_PROBABILITIES = "log_probabilities"
    """Logarithms of probabilities come out."""

    # Joins
    JOIN = "join"
    """It has two inputs or more."""
    SUM = "sum"
    """It adds its inputs."""
    PRODUCT = "product"
    """It multiplies its inputs, so that one can be a gate for another."""
    CONCATENATION = "concatenation"
    """Its channels are those of its inputs, one behind the other."""

    # Sequences
    RECURRENT = "recurrent"
    """A state goes along the sequence: what comes out depends on what came in before."""
    LOOKUP = "lookup"
    """It puts rows of a learned table in the place of numbers."""

    # The rest
    OPAQUE = "opaque"
    """What it computes is not written out: it is counted as declared, and nobody can run it."""
    IDENTITY = "identity"
    """It passes its input on unchanged, in training as well."""
    IDENTITY_AT_INFERENCE = "identity_at_inference"
    """It passes its input on unchanged when the network is used."""
    DROPOUT = "dropout"
    """In training it sets single activations to zero (attribute ``rate``)."""
    FLATTENING = "flattening"
    """It makes a vector of a map."""
    RESHAPING = "reshaping"
    """It keeps all numbers in their order and gives them another shape."""
    PADDING = "padding"
    """It surrounds the map."""
    CROPPING = "cropping"
    """It takes off a border of the map."""
    SHIFTING = "shifting"
    """It moves channels by some positions."""
    UPSAMPLING = "upsampling"
    """It can enlarge the map."""
    UNPOOLING = "unpooling"
    """It puts numbers back to where a max pool, which it is paired with, took others from."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What drawings say of a kind.

    Examples
    --------
    >>> from cnnanalyze.layers import KINDS
    >>> KINDS.get("maxpool").labels.word, KINDS.get("add").labels.sign
    ('max pool', '+')
    """

    word: str = ""
    """The short word in a box; the kind's name if there is none."""
    sign: str = ""
    """What stands in a join instead of words: ``+``."""
    beside: bool = False
    """Whether a layer with one input is a line in its neighbour's box, not a box of its own.

    Normalisations, activations and regularisation always are.
    """
    shown: tuple[str, ...] = ()
    """Attributes whose values stand behind the word: ``reduce, max, channels``."""
