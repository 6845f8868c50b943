"""Optional integrations with other libraries, one per file; each needs the extra that it names."""
