"""Pure rules of the kernel, tested in milliseconds. No Django here."""
