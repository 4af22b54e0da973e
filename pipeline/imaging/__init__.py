"""What is done to the pixels of a page before they are read: arrays in, arrays out."""
