"""What is written for other programs: as texts, and before the programs themselves."""

import os

# Keras asks for its backend when it is imported, and the one that is tried here is PyTorch.
os.environ.setdefault("KERAS_BACKEND", "torch")
