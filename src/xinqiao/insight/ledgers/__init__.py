"""Ledgers (台账) of the plan side: any list with the heads bureaus use, on a page and as Excel. No child is in them."""
