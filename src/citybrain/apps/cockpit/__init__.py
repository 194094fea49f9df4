"""一屏通览: boards for wall, desk and phone."""
