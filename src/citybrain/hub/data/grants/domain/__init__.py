"""Pure rules of sharing: signatures, filters, masks, paging, comparing. No Django."""
