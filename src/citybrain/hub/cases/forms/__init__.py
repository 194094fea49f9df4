"""Forms: what a citizen is asked, how it is asked, and what an acceptable answer is.

A form is data from a pack: pages of fields that refer to a shared dictionary of data elements. This package turns
a flat POST into typed values with plain-words problems; it refuses to guess, to keep fields nobody asked for, and
to fail on malformed input. Use it through ``forms.api``.
"""
