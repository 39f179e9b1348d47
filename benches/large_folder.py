#!/usr/bin/env python3
"""A folder of very many pictures, for measuring: hard links to those of another data set, so that it takes no room.

    benches/large_folder.py SOURCE TARGET [COUNT]

SOURCE has train/<class>/ and val/<class>/ (such as hymenoptera_data); TARGET must not exist and be on the same file system
(otherwise the pictures are copied once). COUNT is 100000 unless told. Then:

    imago --frame-stats frames.csv TARGET
"""

import os
import shutil
import sys
from pathlib import Path

EXTENSIONS = {".jpg", ".jpeg", ".png"}


def main() -> None:
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) == 4 else 100_000
    pictures = sorted(path for path in source.glob("*/*/*") if path.suffix.lower() in EXTENSIONS)
    if not pictures:
        sys.exit(f"{source}: no pictures in <split>/<class>/")
    target.mkdir(parents=True)
    try:
        os.link(pictures[0], target / "probe")
        (target / "probe").unlink()
    except OSError:
        copies = target.with_name(target.name + "-originals")
        shutil.copytree(source, copies)
        pictures = [copies / path.relative_to(source) for path in pictures]
    made = 0
    while made < count:
        for path in pictures[: count - made]:
            split, class_name = path.parts[-3], path.parts[-2]
            folder = target / split / class_name / f"{made // 5000:03}"
            folder.mkdir(parents=True, exist_ok=True)
            os.link(path, folder / f"{made:06}{path.suffix.lower()}")
            made += 1
    print(f"{made} pictures in {target}")


if __name__ == "__main__":
    main()
