"""The values that travel through the house: plain, frozen, no input or output."""
