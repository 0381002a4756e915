"""SH: shapes and how windows lie on them."""
