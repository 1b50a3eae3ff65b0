"""Reads daily cost tables, however a spreadsheet or an exporter has written them."""
