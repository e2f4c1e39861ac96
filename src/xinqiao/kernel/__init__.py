"""Plain types every room shares. No Django here."""
