"""Every page by its path. The same mappings give the same pages."""

from __future__ import annotations

from service.mapping.library import Library
from service.mapping.pages import records, tables


def pages(library: Library) -> dict[str, str]:
    """Every page by its path in a folder of documentation: an index and a page for each in `records` and in each folder of table files."""
    made = {"records/README.md": records.index(library.kinds)}
    made |= {f"records/{name}.md": records.record_page(kind, library.folders) for name, kind in library.kinds.items()}
    for folder, files in library.folders.items():
        made[f"{folder}/README.md"] = tables.index(folder, files)
        made |= {f"{folder}/{name}.md": tables.table_page(library, folder, name) for name in files}
    return made
