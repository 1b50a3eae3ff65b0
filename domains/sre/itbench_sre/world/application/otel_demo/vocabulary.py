"""What requests of the demo are about."""

from collections.abc import Mapping

PRODUCTS: tuple[tuple[str, str, tuple[str, ...], str, int], ...] = (
    ("OLJCESPC7Z", "National Park Foundation Explorascope", ("telescopes",), "NationalParkFoundationExplorascope.jpg", 10196),
    ("66VCHSJNUP", "Starsense Explorer Refractor Telescope", ("telescopes",), "StarsenseExplorer.jpg", 34995),
    ("1YMWWN1N4O", "Eclipsmart Travel Refractor Telescope", ("telescopes", "travel"), "EclipsmartTravelRefractorTelescope.jpg", 12995),
    ("L9ECAV7KIM", "Lens Cleaning Kit", ("accessories",), "LensCleaningKit.jpg", 2195),
    ("2ZYFJ3GM2N", "Roof Binoculars", ("binoculars",), "RoofBinoculars.jpg", 20995),
    ("0PUK6V6EV0", "Solar System Color Imager", ("accessories", "telescopes"), "SolarSystemColorImager.jpg", 17500),
    ("LS4PSXUNUM", "Red Flashlight", ("accessories", "flashlights"), "RedFlashlight.jpg", 5708),
    ("9SIQT8TOJO", "Optical Tube Assembly", ("accessories", "telescopes", "assembly"), "OpticalTubeAssembly.jpg", 359900),
    ("6E92ZMYYFZ", "Solar Filter", ("accessories", "telescopes"), "SolarFilter.jpg", 6995),
    ("HQTGWGPNH4", "The Comet Book", ("books",), "TheCometBook.jpg", 99),
)  # fmt: skip
"""Id, name, categories, picture and price in cents of each product."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "user": ("<uuid1 load-generator>",),
    "session": ("<uuid>",),
    "order": ("<uuid1 checkout>",),
    "transaction": ("<uuid>",),
    "tracking": ("<uuid>",),
    "product": tuple(product for product, *_ in PRODUCTS),
    "product_name": ("<as product>", *(name for _, name, *_ in PRODUCTS)),
    "picture": ("<as product>", *(picture for *_, picture, _ in PRODUCTS)),
    "products": ("<5 of product>",),
    "category": ("binoculars", "telescopes", "accessories", "assembly", "travel", "books", "None"),
    "quantity": ("1", "2", "3", "4", "5", "10"),
    "email": (
        "larry_sergei@example.com", "bill@example.com", "steve@example.com", "mark@example.com", "jeff@example.com",
        "reed@example.com", "tobias@example.com", "jack@example.com", "moore@example.com",
    ),
    "currency": ("USD",),
    "amount": ("<12-3900>",),
    "units": ("<40-980>",),
    "cents": ("<10-99>",),
    "card": ("visa",),
    "digits": ("0454", "1278", "2345", "7890", "8765"),
    "loyalty": ("platinum", "gold", "silver", "bronze"),
}  # fmt: skip
"""Field -> values to draw from."""
