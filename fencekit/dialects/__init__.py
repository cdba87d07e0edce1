"""Policy languages, each with a reader and a printer: text to Policy and back."""
