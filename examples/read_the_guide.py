"""The guide's facts as typed objects: what a configuration key may hold, and what a trouble code means."""

from contactor.guide.limits import canonical_value
from contactor.guide.load import load_product


def main() -> None:
    """Print a few facts."""
    product = load_product()
    print(f"{product.vendor}: {len(product.models)} models, {len(product.configuration)} keys")

    key = product.key("heartbeatinterval")
    assert key is not None
    print(f"{key.key} is {key.access}, {key.default} {key.unit} unless set; 0030 is {canonical_value(key, '0030')}")

    trouble = product.vendor_errors["0x100202"]
    print(f"{trouble.dtc}: {trouble.description}; {trouble.effect}, transactions stop with {trouble.stop_reason}")


if __name__ == "__main__":
    main()
