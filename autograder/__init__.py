"""The autograder: builds the students' release, grades submissions, keeps the gradebook."""

import sys

# nbformat's jsonschema would take seconds to build a grammar for internationalised addresses, a
# format that no notebook's schema has; each worker would pay for it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: not to be imported
