"""Every PDF of a folder against PDF/UA-1 and PDF/A-2a: prints what is wrong, and ends with how many files are right."""
import pathlib
import sys

import page

PROFILES = ("ua1", "2a")
files = sorted(pathlib.Path(sys.argv[1]).glob("*.pdf"))
wrong = 0
for file in files:
    for profile in PROFILES:
        report = page.validate_pdf(file, profile=profile)
        # A profile that knows no rule would find nothing.
        assert report.rules.total > 100, (profile, report.rules.total)
        for failure in report.failures:
            wrong += 1
            print(f"{file.name}: {profile} {failure.rule_id}: {failure.message}")
if wrong:
    sys.exit(1)
print(f"{len(files)} files meet {' and '.join(PROFILES)}")
