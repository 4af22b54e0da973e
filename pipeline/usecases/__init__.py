"""What the pipeline does, one module a use-case, free of vendors and frameworks."""
