"""Consumer credit: a stream of applicants, a book of loans, labels that come late or never."""
