"""A text as a QR code, drawn on this server as an SVG picture."""

import base64

import qrcode
from qrcode.image.svg import SvgPathImage


def picture(text: str) -> str:
    """The picture as a data: address for an `img`; it is asked of nobody."""
    drawn: bytes = qrcode.make(text, image_factory=SvgPathImage, border=2).to_string()
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn).decode()}"
