"""The door operators watch: thin Prefect flows around the use-cases.

Prefect sees ids, counts and states; never pixels, text, file names or field values.
"""
