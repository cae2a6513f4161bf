"""What the central system keeps: tables, migrations, and the one writer that puts rows on disk."""
