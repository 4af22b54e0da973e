"""PDF: scans become pixels and words; pictures and words become archive PDF/A files."""
