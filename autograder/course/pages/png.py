"""A grid of grey images as a PNG, for the pages."""

import base64
import io

import numpy as np
from PIL import Image

COLUMNS, GAP = 8, 2


def grid(images: np.ndarray) -> np.ndarray:
    """(n, H, W) uint8 as one picture, (rows, columns) uint8, COLUMNS images wide, with white gaps."""
    n, height, width = images.shape
    columns = min(n, COLUMNS)
    rows = -(-n // columns)
    picture = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP), 255, np.uint8)
    for i, image in enumerate(images):
        top, left = i // columns * (height + GAP), i % columns * (width + GAP)
        picture[top : top + height, left : left + width] = image
    return picture


def data_url(images: np.ndarray) -> str:
    """(n, H, W) uint8 as what stands in `src`: a grey PNG of 8 bits."""
    file = io.BytesIO()
    Image.fromarray(grid(images)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
